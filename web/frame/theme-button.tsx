import { useStore } from '../core/store.ts'
import { type Theme, theme, themes } from '../core/theme.ts'
import { announce } from '../ui/announce.tsx'
import { IconButton } from '../ui/button.tsx'
import type { IconName } from '../ui/icon.tsx'

const words: Record<Theme, string> = { system: 'as the system', dark: 'dark', light: 'light' }
const icons: Record<Theme, IconName> = { system: 'system', dark: 'moon', light: 'sun' }

export function ThemeButton() {
  const now = useStore(theme)
  const next = themes[(themes.indexOf(now) + 1) % themes.length] ?? 'system'
  return (
    <IconButton
      icon={icons[now]}
      label={`Colours: ${words[now]}. Change to ${words[next]}`}
      onClick={() => {
        theme.set(next)
        announce(`Colours: ${words[next]}`)
      }}
    />
  )
}
