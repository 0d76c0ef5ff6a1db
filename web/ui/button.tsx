import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Icon, type IconName } from './icon.tsx'
import './button.css'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'accent' | 'plain' | 'quiet' | 'danger'
  icon?: IconName
  /** Shows a ring; the button keeps its size. */
  busy?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function Button({
  kind = 'plain',
  icon,
  busy = false,
  children,
  className = '',
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={`button button-${kind} ${className}`}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy ? <Ring /> : icon && <Icon name={icon} />}
      {children}
    </button>
  )
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string
  icon: IconName
  /** The key, which the tooltip shows after the label. */
  shortcut?: string
  /** A mouse click does not move the focus, so that keys keep their meaning. */
  keepFocus?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function IconButton({ label, icon, shortcut, keepFocus = false, className = '', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={`icon-button ${className}`}
      aria-label={label}
      title={shortcut ? `${label} (${shortcut})` : label}
      {...(keepFocus ? { onMouseDown: (event) => event.preventDefault() } : {})}
      {...rest}
    >
      <Icon name={icon} size={20} />
    </button>
  )
}

/** Shows that something is working; words beside it say what. */
export function Ring({ size = 16 }: { size?: number }) {
  return (
    <svg className="ring" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.5" />
    </svg>
  )
}

export function Keys({ children }: { children: ReactNode }) {
  return <kbd className="keys">{children}</kbd>
}
