import type { ItemType } from '../../contract/kinds.ts'
import type { PlexItem } from '../items/item.ts'
import type { PlexReader } from '../items/reads.ts'
import { foldTitle, type MatchLevel, matchLevels, matchTitle, titleLikeness } from './title-match.ts'

/** The most results that one search by title may return. */
const maxSearchResults = 1_000
/** How many words of a title are also searched for on their own. */
const maxWords = 2
/** Shorter words occur in too many titles. */
const minWordLength = 3
/** A section up to this size is read completely before a title counts as unknown; a larger one is only searched. */
export const maxListedItems = 20_000
/** The minimum similarity, from 0 to 1, for a title that an error suggests. */
const minLikeness = 0.35
/** The most similar titles that an error names. */
const maxNear = 3

/** One section of one server in which titles are looked up. */
export interface SearchPlace {
  server: string
  reader: PlexReader
  sectionId: string
  types: readonly ItemType[]
}

export interface Located {
  item: PlexItem
  server: string
}

interface TitleResult {
  /** Items of the best match level that any item reached; [] when there are none. */
  matches: Located[]
  level: MatchLevel | null
  /** If nothing matched: the items with the most similar titles, best first. */
  near: Located[]
}

/** Looks up titles in sections. It keeps the listings that it has read, so create a new one for each lookup. */
export interface TitleSearch {
  find(places: readonly SearchPlace[], wanted: string, year: number | null): Promise<TitleResult>
}

/**
 * Plex decides what its `title=` finds, and it may not find "Amélie" for "Amelie". The search therefore tries the title
 * as typed, then its longest words, then every title in sections of at most `maxListedItems`. Our own code compares the
 * titles.
 */
export function createTitleSearch(): TitleSearch {
  const listed = new Map<string, Promise<PlexItem[]>>()

  const listAll = (place: SearchPlace, type: ItemType): Promise<PlexItem[]> => {
    const key = JSON.stringify([place.server, place.sectionId, type])
    const before = listed.get(key)
    if (before) return before
    const now = readAll(place, type)
    listed.set(key, now)
    return now
  }

  return {
    async find(places, wanted, year) {
      const seen = new Map<string, Located>()
      const collect = async (
        read: (place: SearchPlace, type: ItemType) => Promise<PlexItem[]>,
      ): Promise<TitleResult> => {
        await Promise.all(
          places.flatMap((place) =>
            place.types.map(async (type) => {
              for (const item of await read(place, type)) {
                seen.set(JSON.stringify([place.server, item.ratingKey]), { item, server: place.server })
              }
            }),
          ),
        )
        return judge([...seen.values()], wanted, year)
      }
      const isExact = (result: TitleResult): boolean => result.level !== null && result.level !== 'contains'

      for (const text of searchTexts(wanted)) {
        const result = await collect((place, type) =>
          place.reader.search(place.sectionId, type, text, maxSearchResults),
        )
        if (isExact(result)) return result
      }
      return collect(listAll)
    },
  }
}

async function readAll(place: SearchPlace, type: ItemType): Promise<PlexItem[]> {
  if ((await place.reader.sectionSize(place.sectionId, type)) > maxListedItems) return []
  const items: PlexItem[] = []
  for await (const page of place.reader.list(place.sectionId, type)) items.push(...page)
  return items
}

/**
 * The search texts for Plex: the title, or its longest part without a comma (Plex reads a comma as "or"), then its
 * longest words.
 */
function searchTexts(wanted: string): string[] {
  const byLength = (one: string, other: string): number => other.length - one.length
  const pieces = wanted.split(',').map((piece) => piece.trim())
  const words = (wanted.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length >= minWordLength)
  const whole = pieces.sort(byLength)[0] ?? wanted
  return [...new Set([whole || wanted, ...words.sort(byLength).slice(0, maxWords)])]
}

function judge(candidates: readonly Located[], wanted: string, year: number | null): TitleResult {
  const levels = new Map<MatchLevel, Located[]>()
  for (const candidate of candidates) {
    const level = matchTitle(candidate.item.title, wanted)
    if (!level || (year !== null && candidate.item.year !== year)) continue
    levels.set(level, [...(levels.get(level) ?? []), candidate])
  }
  for (const level of matchLevels) {
    const matches = levels.get(level)
    if (matches) return { matches, level, near: [] }
  }
  return { matches: [], level: null, near: nearest(candidates, wanted) }
}

function nearest(candidates: readonly Located[], wanted: string): Located[] {
  const likeness = (one: Located): number =>
    foldTitle(one.item.title) === foldTitle(wanted) ? 1 : titleLikeness(one.item.title, wanted)
  return candidates
    .map((candidate) => ({ candidate, score: likeness(candidate) }))
    .filter(({ score }) => score >= minLikeness)
    .sort((one, other) => other.score - one.score)
    .slice(0, maxNear)
    .map(({ candidate }) => candidate)
}
