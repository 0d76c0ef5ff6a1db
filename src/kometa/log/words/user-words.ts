import type { KometaEvent } from '../read/log-events.ts'

/** A path in the workspace and the user's own path behind it. */
export type PlaceName = readonly [inside: string, users: string]

/** Kometa lists all fonts, all libraries, all options; only this many are named. */
const namedItems = 5

/** Rewrites Kometa's words for the user: with the user's own paths, and with long lists shortened. */
export function createUserWords(places: readonly PlaceName[]): (event: KometaEvent) => KometaEvent {
  const names = [...places].sort(([one], [other]) => other.length - one.length)
  const words = (text: string): string =>
    cutLists(names.reduce((result, [inside, users]) => result.replaceAll(inside, users), text))
  return (event) => inWords(event, words)
}

/** Shortens `Available fonts: a, b, c, ...` and `Options: ['a', 'b', ...]` to five names and a count. */
export function cutLists(text: string): string {
  const inBrackets = /\[((?:'[^']*'|"[^"]*")(?:, (?:'[^']*'|"[^"]*"))+)\]/g
  const each = /'[^']*'|"[^"]*"/g
  return cutTail(
    text.replace(inBrackets, (_list, items: string) => `[${cut([...items.matchAll(each)].map(([item]) => item))}]`),
  )
}

/** Shortens the names after the last colon of a text, unless they contain a list in brackets. */
function cutTail(text: string): string {
  const at = text.lastIndexOf(': ') + 2
  const items = text.slice(at)
  if (at < 2 || /[:[\]]/.test(items) || !items.slice(1, -1).includes(',')) return text
  return text.slice(0, at) + cut(items.split(/, ?/))
}

function cut(items: readonly string[]): string {
  // A sixth name is shown as well, because "and 1 more" is just as long.
  if (items.length <= namedItems + 1) return items.join(', ')
  return `${items.slice(0, namedItems).join(', ')} and ${items.length - namedItems} more`
}

/** Rewrites every text of an event except the names of definitions, which are the user's own already. */
function inWords<T>(value: T, words: (text: string) => string): T {
  if (typeof value === 'string') return words(value) as T
  if (Array.isArray(value)) return value.map((item) => inWords(item, words)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, kept.has(key) ? item : inWords(item, words)])
  return Object.fromEntries(entries) as T
}

/** Fields that are looked up by their exact text. */
const kept = new Set(['type', 'name', 'names', 'full', 'title', 'mapping', 'overlay', 'overlays', 'library'])
