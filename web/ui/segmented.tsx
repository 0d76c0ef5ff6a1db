import { type KeyboardEvent, type ReactNode, useRef } from 'react'
import './segmented.css'

/** A row of radio buttons that look like one control. Arrows move through it. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onValue,
  className = '',
}: {
  label: string
  value: Value
  options: readonly { value: Value; words: ReactNode; title?: string }[]
  onValue: (value: Value) => void
  className?: string
}) {
  const row = useRef<HTMLDivElement>(null)
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    event.preventDefault()
    const at = options.findIndex((option) => option.value === value)
    const to = (at + by + options.length) % options.length
    const next = options[to]
    if (!next) return
    onValue(next.value)
    const button = row.current?.children[to]
    if (button instanceof HTMLElement) button.focus()
  }
  return (
    <div ref={row} role="radiogroup" aria-label={label} className={`segmented ${className}`} onKeyDown={move}>
      {options.map((option) => (
        // biome-ignore lint/a11y/useSemanticElements: a button looks the same in every browser.
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          title={option.title}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onValue(option.value)}
        >
          {option.words}
        </button>
      ))}
    </div>
  )
}
