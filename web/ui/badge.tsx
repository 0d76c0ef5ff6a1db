import type { ReactNode } from 'react'
import type { Tone } from './tone.ts'
import './badge.css'

/** A short word about something. Its colour only repeats the word. */
export function Badge({ tone = 'plain', children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  )
}
