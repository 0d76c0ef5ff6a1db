/** Words and numbers as people say them. */

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`

/** `0.4 s`, `12 s`, `1 min 12 s`, `1 h 20 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1_000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`
}

/** The duration so far, in whole seconds, so that the number is calm. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  return seconds < 60 ? `${seconds} s` : duration(seconds * 1_000)
}

export function bytes(n: number): string {
  if (n < 1_000) return `${n} B`
  const units = ['KB', 'MB', 'GB', 'TB']
  let value = n / 1_000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

/** `just now`, `5 minutes ago`, `yesterday`, then the date. */
export function ago(time: string, now: number = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1_000
  if (seconds > -45) return 'just now'
  if (seconds > -3_600) return relative.format(Math.round(seconds / 60), 'minute')
  if (seconds > -86_400) return relative.format(Math.round(seconds / 3_600), 'hour')
  if (seconds > -7 * 86_400) return relative.format(Math.round(seconds / 86_400), 'day')
  return dayFormat.format(new Date(time))
}

export const clock = (time: string): string => timeFormat.format(new Date(time))
export const dateAndTime = (time: string): string => `${dayFormat.format(new Date(time))}, ${clock(time)}`

/** `0.03` → `3 %`; more than nothing never appears as 0. */
export function percent(share: number): string {
  const value = share * 100
  if (value > 0 && value < 0.1) return '< 0.1 %'
  return value < 10 ? `${Number(value.toFixed(1))} %` : `${Math.round(value)} %`
}

export function list(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
