import type { KometaEvent } from '../read/log-events.ts'

/** A place in the workspace, and what of the user's stands behind it. */
export type PlaceName = readonly [inside: string, users: string]

/** Kometa lists all fonts, all libraries, all options: that many of them are named. */
const namedItems = 5

/** Kometa's words for a user: with the user's own paths, and with long lists cut short. */
export function createUserWords(places: readonly PlaceName[]): (event: KometaEvent) => KometaEvent {
  const names = [...places].sort(([one], [other]) => other.length - one.length)
  const words = (text: string): string =>
    cutLists(names.reduce((result, [inside, users]) => result.replaceAll(inside, users), text))
  return (event) => inWords(event, words)
}

/** `Available fonts: a, b, c, ...` and `Options: ['a', 'b', ...]` with five names and a count. */
export function cutLists(text: string): string {
  const inBrackets = /\[((?:'[^']*'|"[^"]*")(?:, (?:'[^']*'|"[^"]*"))+)\]/g
  const each = /'[^']*'|"[^"]*"/g
  return cutTail(
    text.replace(inBrackets, (_list, items: string) => `[${cut([...items.matchAll(each)].map(([item]) => item))}]`),
  )
}

/** The same for the names after the last colon of a text, if no list in brackets is among them. */
function cutTail(text: string): string {
  const at = text.lastIndexOf(': ') + 2
  const items = text.slice(at)
  if (at < 2 || /[:[\]]/.test(items) || !items.slice(1, -1).includes(',')) return text
  return text.slice(0, at) + cut(items.split(/, ?/))
}

function cut(items: readonly string[]): string {
  // One that is left over is named as well: "and 1 more" is as long.
  if (items.length <= namedItems + 1) return items.join(', ')
  return `${items.slice(0, namedItems).join(', ')} and ${items.length - namedItems} more`
}

/** Every text of an event but the name of a definition, which is the user's own already. */
function inWords<T>(value: T, words: (text: string) => string): T {
  if (typeof value === 'string') return words(value) as T
  if (Array.isArray(value)) return value.map((item) => inWords(item, words)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, kept.has(key) ? item : inWords(item, words)])
  return Object.fromEntries(entries) as T
}

/** What is looked up by its exact words. */
const kept = new Set(['type', 'name', 'names', 'full', 'title', 'mapping', 'overlay', 'overlays', 'library'])
