import { createStoredStore } from './store.ts'

export const themes = ['system', 'dark', 'light'] as const
export type Theme = (typeof themes)[number]

/** theme.js reads the same entry before the first paint. */
export const theme = createStoredStore<Theme>('theme', 'system', (kept) => themes.find((one) => one === kept) ?? null)

export function followTheme(): void {
  const apply = () => {
    const chosen = theme.get()
    if (chosen === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = chosen
  }
  theme.subscribe(apply)
  apply()
}
