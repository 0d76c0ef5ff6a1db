import type { IndexItem } from './index-item.ts'

/** Lower case without accents; everything but letters and digits becomes one blank. */
export function normalise(text: string): string {
  // The fast way for what most titles are.
  const plain = /^[\x20-\x7e]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{M}+/gu, '')
  return plain
    .toLowerCase()
    .replace(/['\u2019]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** What a search looks through: every word has a blank before it. */
export function searchTextOf(item: IndexItem): string {
  const parts = [item.title, item.parentTitle, item.grandparentTitle, item.edition, item.year]
  if (item.type === 'episode') parts.push(`S${pad(item.parentIndex)}E${pad(item.index)}`)
  return ` ${normalise(parts.filter((part) => part !== null).join(' '))}`
}

const pad = (value: number | null): string => String(value ?? 0).padStart(2, '0')

/** What titles are sorted by: `titleSort` or the title without its article is Plex's own; numbers count as numbers. */
export function sortTextOf(item: IndexItem): string {
  return normalise(item.sortTitle ?? item.title).replace(/\d+/g, (digits) => digits.padStart(8, '0'))
}

/** A test for search as you type: every word begins a word; of scripts without blanks it may stand anywhere. */
export function matcherOf(query: string): ((searchText: string) => boolean) | null {
  const words = normalise(query)
    .split(' ')
    .filter((word) => word !== '')
  if (words.length === 0) return null
  const needles = words.map((word) =>
    /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffef]/.test(word) ? word : ` ${word}`,
  )
  return (searchText) => needles.every((needle) => searchText.includes(needle))
}
