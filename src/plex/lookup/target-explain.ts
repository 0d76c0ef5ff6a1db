import { AppError } from '../../contract/errors.ts'
import { displayTitle, type PlexItem, titleWithYear } from '../items/item.ts'
import type { TargetServer } from './library-lookup.ts'
import type { TargetSpec } from './target-spec.ts'
import type { Located } from './title-search.ts'

/** Candidates that an error lists. */
const maxCandidates = 20
/** Numbers of seasons or episodes that a hint lists. */
const maxNumbers = 30
/** Near titles that a hint names. */
const maxNear = 3

/** Gathers, while one SPEC is looked up, what a person would want to know if it comes to nothing. */
export interface Explanation {
  /** Items that have the ratingKey but lie outside the libraries that are looked at. */
  outside(items: readonly Located[]): void
  /** Items with a similar title. */
  near(items: readonly Located[]): void
  /** A show that was found but lacks the season or episode; `parts` is what it has. */
  lacks(show: Located, parts: readonly PlexItem[]): void
  /** The TARGET_UNKNOWN that tells it. */
  unknown(): AppError
}

/** `libraryNames`: Plex titles of the libraries of the config. */
export function createExplanation(
  spec: TargetSpec,
  servers: readonly TargetServer[],
  libraryNames: readonly string[] = [],
): Explanation {
  const outsiders: Located[] = []
  const similar = new Map<string, string>()
  const lacking: string[] = []
  const names = servers.map(({ name }) => `"${name}"`).join(', ')

  return {
    outside: (items) => void outsiders.push(...items),
    near(items) {
      for (const { item } of items) {
        if (similar.size < maxNear) similar.set(item.ratingKey, `${titleWithYear(item)} (ratingKey ${item.ratingKey})`)
      }
    },
    lacks(show, parts) {
      const numbers = parts.flatMap(({ index }) => index ?? []).slice(0, maxNumbers)
      const kind = parts[0]?.type ?? 'season'
      lacking.push(
        `"${titleWithYear(show.item)}" has ${numbers.length ? `${kind}s ${numbers.join(', ')}` : 'no seasons'}`,
      )
    },
    unknown() {
      const [outsider] = outsiders
      if (outsider) {
        return new AppError(
          'TARGET_UNKNOWN',
          `"${spec.text}" is "${titleWithYear(outsider.item)}" in the Plex library "${outsider.item.sectionTitle ?? outsider.item.sectionId ?? '?'}"`,
          { hint: outsideHint(outsider, libraryNames) },
        )
      }
      const hint = [
        ...new Set(lacking),
        ...(similar.size > 0 ? [`Near it: ${[...similar.values()].join(', ')}`] : []),
      ].join('. ')
      return new AppError('TARGET_UNKNOWN', `no item "${spec.text}" in the libraries with overlays of Plex ${names}`, {
        hint: hint ? `${hint}.` : 'Give the ratingKey: Plex Web shows it in the address of the item.',
      })
    },
  }
}

/** Kometa takes the first library of a name, and never reaches another one (plex.py:782-792). */
const outsideHint = ({ item: { sectionTitle } }: Located, libraryNames: readonly string[]): string =>
  sectionTitle !== null && libraryNames.includes(sectionTitle)
    ? `Plex has several libraries called "${sectionTitle}". Kometa takes the first one, and never reaches this one: give it another name in Plex.`
    : 'That library has no overlays in the config, or --library leaves it out.'

/** A line per candidate: ratingKey, library, title, year, edition. */
export function candidateLines(
  matches: readonly Located[],
  libraryName: (match: Located) => string | undefined,
): string[] {
  const rows = matches.slice(0, maxCandidates).map((match) => {
    const { item } = match
    return [
      item.ratingKey,
      libraryName(match) ?? item.sectionTitle ?? '',
      displayTitle(item),
      item.year === null ? '' : String(item.year),
      item.edition ?? '',
    ]
  })
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const more = matches.length - rows.length
  return more > 0 ? [...lines, `… and ${more} more`] : lines
}
