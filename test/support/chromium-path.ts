import { existsSync } from 'node:fs'

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The browser of this machine, or the one that CHROMIUM names; null: there is none. */
export function chromiumPath(): string | null {
  const named = process.env.CHROMIUM
  if (named) return named
  return usual.find((path) => existsSync(path)) ?? null
}
