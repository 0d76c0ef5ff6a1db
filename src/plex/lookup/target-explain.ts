import { AppError } from '../../contract/errors.ts'
import { displayTitle, type PlexItem, titleWithYear } from '../items/item.ts'
import type { TargetServer } from './library-lookup.ts'
import type { TargetSpec } from './target-spec.ts'
import type { Located } from './title-search.ts'

/** The most candidates that an error lists. */
const maxCandidates = 20
/** The most season or episode numbers that a hint lists. */
const maxNumbers = 30
/** The most similar titles that a hint names. */
const maxNear = 3

/** Collects, while one SPEC is looked up, what the user should know if nothing is found. */
export interface Explanation {
  /** Items that have the ratingKey but are not in one of the searched libraries. */
  outside(items: readonly Located[]): void
  /** Items with a similar title. */
  near(items: readonly Located[]): void
  /** A show that exists but lacks the season or episode; `parts` is what it has. */
  lacks(show: Located, parts: readonly PlexItem[]): void
  /** Creates the TARGET_UNKNOWN error with everything that was collected. */
  unknown(): AppError
}

/** `libraryNames`: the Plex names of the libraries in the config. */
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

/** If several libraries share a name, Kometa takes the first and never reaches the others (plex.py:782-792). */
const outsideHint = ({ item: { sectionTitle } }: Located, libraryNames: readonly string[]): string =>
  sectionTitle !== null && libraryNames.includes(sectionTitle)
    ? `Plex has several libraries called "${sectionTitle}". Kometa takes the first one, and never reaches this one: give it another name in Plex.`
    : 'That library has no overlays in the config, or --library leaves it out.'

/** One line per candidate: ratingKey, library, title, year, edition. */
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
