import type { IndexItem } from './index-item.ts'

/** Makes a text lower case without accents, with one blank in place of all that is no letter or digit. */
export function normalise(text: string): string {
  // Most titles are ASCII and need no normalisation, which is slow.
  const plain = /^[\x20-\x7e]*$/.test(text) ? text : text.normalize('NFKD').replace(/\p{M}+/gu, '')
  return plain
    .toLowerCase()
    .replace(/['\u2019]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** The text that a search looks through. Every word has a blank before it. */
export function searchTextOf(item: IndexItem): string {
  const parts = [item.title, item.parentTitle, item.grandparentTitle, item.edition, item.year]
  if (item.type === 'episode') parts.push(`S${pad(item.parentIndex)}E${pad(item.index)}`)
  return ` ${normalise(parts.filter((part) => part !== null).join(' '))}`
}

const pad = (value: number | null): string => String(value ?? 0).padStart(2, '0')

/** The text that titles are sorted by. Plex's `titleSort` comes first, and numbers sort as numbers. */
export function sortTextOf(item: IndexItem): string {
  return normalise(item.sortTitle ?? item.title).replace(/\d+/g, (digits) => digits.padStart(8, '0'))
}

/** The search texts of all entries as one text. Searching it is some fifty times faster than searching text by text. */
export interface JoinedText {
  text: string
  /** Where each entry's text begins, and at the end the length of the text. */
  starts: Uint32Array
}

export function joinTexts(entries: readonly { searchText: string }[]): JoinedText {
  const starts = new Uint32Array(entries.length + 1)
  let length = 0
  for (const [at, { searchText }] of entries.entries()) {
    starts[at] = length
    length += searchText.length + 1
  }
  starts[entries.length] = length
  return { text: entries.map(({ searchText }) => `${searchText}\n`).join(''), starts }
}

/**
 * Search as you type: each word of the query must be the beginning of a word. In scripts without blanks, it may be
 * anywhere. null if the query has no word, so that all entries match.
 */
export function findMatches({ text, starts }: JoinedText, query: string): Uint8Array | null {
  const words = normalise(query)
    .split(' ')
    .filter((word) => word !== '')
  if (words.length === 0) return null
  const needles = words
    .map((word) => (/[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffef]/.test(word) ? word : ` ${word}`))
    .sort((a, b) => b.length - a.length)
  const [longest = '', ...others] = needles
  const matches = new Uint8Array(starts.length - 1)
  let place = 0
  for (let at = text.indexOf(longest); at >= 0; at = text.indexOf(longest, starts[place] ?? text.length)) {
    while ((starts[place + 1] ?? Number.POSITIVE_INFINITY) <= at) place += 1
    const own = others.length > 0 ? text.slice(starts[place], starts[place + 1]) : ''
    if (others.every((needle) => own.includes(needle))) matches[place] = 1
    place += 1
  }
  return matches
}
