import { useEffect, useRef } from 'react'

/** The keys of a whole screen, named by `event.key`, with `Shift+` in front. */
export type KeyMap = Readonly<Record<string, (event: KeyboardEvent) => void>>

/** Listens on the window. It ignores keys in a field or a dialog, and keys with Ctrl, Alt or Meta. */
export function useKeys(map: KeyMap, active = true): void {
  const latest = useRef(map)
  latest.current = map
  useEffect(() => {
    if (!active) return
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTaken(event)) return
      const action = latest.current[event.shiftKey && event.key !== '?' ? `Shift+${event.key}` : event.key]
      if (!action) return
      event.preventDefault()
      action(event)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [active])
}

function isTaken({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]:modal')) return true
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('textarea, select, input:not([type=range]):not([type=checkbox])'))
    return true
  // Space and Enter press the focused button, and arrows move a range or tabs.
  if (key === ' ' || key === 'Enter') return target.closest('button, a, summary, input, [role=option]') !== null
  return key.startsWith('Arrow') && target.closest('input[type=range], [role=radiogroup], [role=menu]') !== null
}
