import { Select } from '../../ui/field.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { useNarrow } from '../../ui/use-narrow.ts'
import { type Mode, modes } from './modes.ts'

export function ModeBar({ mode, onMode, disabled }: { mode: Mode; onMode: (mode: Mode) => void; disabled: boolean }) {
  const narrow = useNarrow()
  if (disabled) return null
  if (narrow) {
    return (
      <Select
        label="How to compare"
        value={mode}
        options={modes.map(({ name, words }) => [name, words] as const)}
        onValue={onMode}
      />
    )
  }
  return (
    <Segmented
      label="How to compare"
      className="mode-bar"
      value={mode}
      onValue={onMode}
      options={modes.map(({ name, words }, i) => ({ value: name, words, title: `${words} (${i + 1})` }))}
    />
  )
}
