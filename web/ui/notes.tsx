import type { ReactNode } from 'react'
import type { ApiProblem } from '../../src/contract/api/api.ts'
import { Icon, type IconName } from './icon.tsx'
import type { Tone } from './tone.ts'
import './notes.css'

export type { Tone } from './tone.ts'

const toneIcons: Record<Tone, IconName> = { good: 'check', warn: 'warning', bad: 'warning', plain: 'info' }

/** A sentence or two with a sign, so that colour alone never tells. */
export function Note({ tone, children, title }: { tone: Tone; title?: ReactNode; children?: ReactNode }) {
  return (
    <div className={`note note-${tone}`}>
      <Icon name={toneIcons[tone]} />
      <div className="note-words">
        {title && <p className="note-title">{title}</p>}
        {children}
      </div>
    </div>
  )
}

/** What went wrong and what to do about it. */
export function Problem({
  problem,
  action,
}: {
  problem: Omit<ApiProblem, 'code' | 'details'> & { details?: readonly string[] }
  action?: ReactNode
}) {
  return (
    <div role="alert">
      <Note tone="bad" title={problem.message}>
        {problem.hint && <p className="note-hint">{problem.hint}</p>}
        {problem.details && problem.details.length > 0 && (
          <ul className="note-details">
            {problem.details.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
        {action && <div className="note-action">{action}</div>}
      </Note>
    </div>
  )
}

/** Says why nothing is here, and what to do next. `alone`: it is the whole screen, and its title the heading. */
export function Empty({
  icon,
  title,
  alone = false,
  children,
}: {
  icon: IconName
  title: string
  alone?: boolean
  children?: ReactNode
}) {
  const Heading = alone ? 'h1' : 'h2'
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={24} />
      </span>
      <Heading className="empty-title">{title}</Heading>
      {children && <div className="empty-words">{children}</div>}
    </div>
  )
}

/** A box in the size of what will come, visible after 150 ms. */
export function Skeleton({ height, width, className = '' }: { height?: number; width?: string; className?: string }) {
  return <span className={`skeleton ${className}`} style={{ height, width }} aria-hidden="true" />
}

export function asProblem(error: unknown): { message: string; hint: string | null; details: readonly string[] } {
  if (error instanceof Error) {
    const { hint, details } = error as Error & { hint?: string | null; details?: readonly string[] }
    return { message: error.message, hint: hint ?? null, details: details ?? [] }
  }
  return { message: 'Something went wrong in this page.', hint: 'Reload it and try again.', details: [] }
}
