import type { ItemType } from '../../contract/kinds.ts'
import type { PlexItem } from '../items/item.ts'
import type { PlexReader } from '../items/reads.ts'
import { foldTitle, type MatchLevel, matchLevels, matchTitle, titleLikeness } from './title-match.ts'

/** Results that we take of one search by title. */
const maxSearchResults = 1_000
/** Words of a title that are searched for on their own. */
const maxWords = 2
/** Shorter words are in half of all titles. */
const minWordLength = 3
/** A section up to this size is read whole before a title counts as unknown; a larger one is only searched. */
export const maxListedItems = 20_000
/** How like a title must be to be named as a near one, 0 to 1. */
const minLikeness = 0.35
/** Near titles that an error names. */
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
  /** Items of the best level that any item reached; [] when there is none. */
  matches: Located[]
  level: MatchLevel | null
  /** Items with the most similar titles, best first, when nothing matched. */
  near: Located[]
}

/** Looks titles up in sections; what it has listed once it keeps for its life, so make one for each resolution. */
export interface TitleSearch {
  find(places: readonly SearchPlace[], wanted: string, year: number | null): Promise<TitleResult>
}

/**
 * Plex alone decides what its `title=` finds, and it need not see that "Amelie" is "Amélie". So: the title as typed,
 * then its longest words, then, in sections of at most `maxListedItems`, every title; and we compare ourselves.
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
 * What to ask Plex for: the title, or its longest piece without a comma (Plex reads a comma as "or"); then its longest
 * words.
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
