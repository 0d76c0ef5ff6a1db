import { useEffect } from 'react'
import { createStore, useStore } from '../core/store.ts'
import { Icon } from './icon.tsx'
import './announce.css'

interface Message {
  id: number
  text: string
  tone: 'plain' | 'bad'
  /** Whether the words also appear on the screen. */
  shown: boolean
}

const shownMs = 6_000
const messages = createStore<readonly Message[]>([])
let next = 1

const add = (text: string, tone: Message['tone'], shown: boolean) =>
  messages.set((all) => [...all.slice(-2), { id: next++, text, tone, shown }])

/** Screen readers say this when they have time. It does not appear on the screen. */
export const announce = (text: string): void => add(text, 'plain', false)
/** Appears at the edge of the screen for some seconds, and screen readers say it. */
export const tell = (text: string): void => add(text, 'plain', true)
export const tellProblem = (error: unknown): void => {
  const hint = error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? ` ${error.hint}` : ''
  add(`${error instanceof Error ? error.message : 'That did not work.'}${hint}`, 'bad', true)
}

export function Announcer() {
  const all = useStore(messages)
  return (
    <div className="announcer" role="status" aria-live="polite">
      {all.map((message) => (
        <Line key={message.id} message={message} />
      ))}
    </div>
  )
}

function Line({ message }: { message: Message }) {
  const { id, text, tone, shown } = message
  useEffect(() => {
    const timer = setTimeout(() => messages.set((all) => all.filter((one) => one.id !== id)), shownMs)
    return () => clearTimeout(timer)
  }, [id])
  if (!shown) return <p className="hidden-text">{text}</p>
  return (
    <p className={`toast toast-${tone}`}>
      <Icon name={tone === 'bad' ? 'warning' : 'check'} />
      {text}
    </p>
  )
}
