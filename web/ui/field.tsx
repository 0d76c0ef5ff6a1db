import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  useId,
  useImperativeHandle,
  useRef,
} from 'react'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import './field.css'

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string
  hint?: ReactNode
  /** Follows the input on the same line. */
  after?: ReactNode
  ref?: Ref<HTMLInputElement>
}

export function Field({ label, hint, after, className = '', ...rest }: FieldProps) {
  const id = useId()
  return (
    <div className={`field ${className}`}>
      <label htmlFor={id}>{label}</label>
      <div className="field-line">
        <input id={id} className="input" aria-describedby={hint ? `${id}-hint` : undefined} {...rest} />
        {after}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
    </div>
  )
}

export function SearchField({
  label,
  value,
  onValue,
  placeholder,
  className = '',
  ref,
}: {
  label: string
  value: string
  onValue: (value: string) => void
  placeholder?: string
  className?: string
  ref?: Ref<HTMLInputElement>
}) {
  const input = useRef<HTMLInputElement>(null)
  useImperativeHandle(ref, () => input.current as HTMLInputElement)
  return (
    <div className={`search ${className}`}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        className="input"
        aria-label={label}
        placeholder={placeholder}
        value={value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onValue(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || value === '') return
          event.preventDefault()
          onValue('')
        }}
      />
      {value !== '' && (
        <IconButton
          label="Clear"
          icon="cross"
          className="search-clear"
          onClick={() => {
            onValue('')
            input.current?.focus()
          }}
        />
      )}
    </div>
  )
}

export function Select<Value extends string>({
  label,
  value,
  options,
  onValue,
  ...rest
}: {
  label: string
  value: Value
  options: readonly (readonly [Value, string])[]
  onValue: (value: Value) => void
} & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'value' | 'onChange'>) {
  return (
    <span className="select">
      <select
        aria-label={label}
        value={value}
        onChange={(event) => {
          const found = options.find(([name]) => name === event.target.value)
          if (found) onValue(found[0])
        }}
        {...rest}
      >
        {options.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
      <Icon name="down" size={12} />
    </span>
  )
}
