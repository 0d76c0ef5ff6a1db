import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import './popover.css'

const edgePx = 8

/** A button that opens a panel below it in the browser's top layer. A click beside the panel or Escape closes it. */
export function Popover({
  button,
  className = '',
  label,
  children,
}: {
  /** The button's content; `open` lets an arrow turn. */
  button: ReactNode
  className?: string
  label?: string
  children: (close: () => void) => ReactNode
}) {
  const id = useId()
  const [open, setOpen] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const box = panel.current
    if (!box) return
    const toggled = (event: Event) => setOpen((event as ToggleEvent).newState === 'open')
    box.addEventListener('toggle', toggled)
    return () => box.removeEventListener('toggle', toggled)
  }, [])

  useEffect(() => {
    const box = panel.current
    const from = opener.current?.getBoundingClientRect()
    if (!open || !box || !from) return
    const { width, height } = box.getBoundingClientRect()
    const left = Math.max(edgePx, Math.min(from.left, window.innerWidth - width - edgePx))
    const below = from.bottom + 4
    const top = below + height > window.innerHeight - edgePx ? Math.max(edgePx, from.top - 4 - height) : below
    box.style.left = `${left}px`
    box.style.top = `${top}px`
    box.style.visibility = 'visible'
    const first = box.querySelector<HTMLElement>('[autofocus], input:checked, input, button, a')
    first?.focus()
  }, [open])

  return (
    <>
      <button
        ref={opener}
        type="button"
        className={className}
        popoverTarget={id}
        aria-expanded={open}
        aria-label={label}
        title={label}
      >
        {button}
      </button>
      <div ref={panel} id={id} popover="auto" className="popover">
        {open && children(() => panel.current?.hidePopover())}
      </div>
    </>
  )
}

/** One line of a menu in a popover. */
export function MenuItem({
  children,
  onSelect,
  danger = false,
  disabled = false,
}: {
  children: ReactNode
  onSelect: () => void
  danger?: boolean
  disabled?: boolean
}) {
  return (
    <button
      type="button"
      className={`menu-item ${danger ? 'menu-item-danger' : ''}`}
      onClick={onSelect}
      disabled={disabled}
    >
      {children}
    </button>
  )
}
