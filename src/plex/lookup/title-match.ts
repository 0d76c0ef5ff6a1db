import { plainLetters } from '../../util/plain-letters.ts'

/** How well a title matches what the user typed, best first. */
export const matchLevels = ['same', 'folded', 'loose', 'contains'] as const
export type MatchLevel = (typeof matchLevels)[number]

/** Lower case, without accents, with plain quotes and dashes and single blanks. */
export function foldTitle(title: string): string {
  return plainLetters(title)
    .replace(/[\u2018\u2019\u02bc`´]/g, "'")
    .replace(/[\u201c\u201d\u201e«»]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
}

/** Folded and without punctuation: "Spider-Man: Homecoming" equals "spider man homecoming". */
function looseTitle(title: string): string {
  return foldTitle(title)
    .replace(/&/g, ' and ')
    .replace(/['"]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** How well the title of an item matches a wanted title; null when it does not match. */
export function matchTitle(title: string, wanted: string): MatchLevel | null {
  if (title.normalize('NFC') === wanted.normalize('NFC')) return 'same'
  if (foldTitle(title) === foldTitle(wanted)) return 'folded'
  const loose = looseTitle(title)
  const looseWanted = looseTitle(wanted)
  if (looseWanted !== '' && loose === looseWanted) return 'loose'
  // A title of signs only ("?") has no loose form, so the folded titles are compared.
  if (looseWanted === '') return foldTitle(title).includes(foldTitle(wanted)) ? 'contains' : null
  return loose.includes(looseWanted) ? 'contains' : null
}

/** Similarity of two titles from 0 to 1, by shared pairs of letters (Dice). */
export function titleLikeness(one: string, other: string): number {
  const pairsOne = letterPairs(looseTitle(one))
  const pairsOther = letterPairs(looseTitle(other))
  let shared = 0
  for (const [pair, count] of pairsOne) shared += Math.min(count, pairsOther.get(pair) ?? 0)
  const total = sum(pairsOne.values()) + sum(pairsOther.values())
  return total === 0 ? 0 : (2 * shared) / total
}

function letterPairs(text: string): Map<string, number> {
  const padded = ` ${text} `
  const pairs = new Map<string, number>()
  for (let at = 0; at + 1 < padded.length; at += 1) {
    const pair = padded.slice(at, at + 2)
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
  }
  return pairs
}

function sum(numbers: Iterable<number>): number {
  let total = 0
  for (const one of numbers) total += one
  return total
}
