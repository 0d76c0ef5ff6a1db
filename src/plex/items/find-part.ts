import type { TargetReading } from '../lookup/target-spec.ts'
import type { PlexItem } from './item.ts'
import type { PlexReader } from './reads.ts'

export interface FoundPart {
  /** More than one only if Plex itself has several with that number. */
  items: PlexItem[]
  /** If there is none: what the show or season has instead. */
  siblings: PlexItem[]
}

/** Finds the season or episode of a show. A show with hidden seasons may list none, so its episodes are searched. */
export async function findPart(
  reader: Pick<PlexReader, 'children' | 'allLeaves'>,
  show: PlexItem,
  wanted: Extract<TargetReading, { kind: 'season' | 'episode' }>,
): Promise<FoundPart> {
  const seasons = (await reader.children(show.ratingKey)).filter(({ type }) => type === 'season')
  const season = seasons.filter(({ index }) => index === wanted.season)
  if (wanted.kind === 'season') return part(show, season, seasons)
  const episodes =
    season.length > 0
      ? (await Promise.all(season.map(({ ratingKey }) => reader.children(ratingKey)))).flat()
      : await reader.allLeaves(show.ratingKey)
  const numbered = episodes.filter(
    ({ type, index, parentIndex }) => type === 'episode' && index === wanted.episode && parentIndex === wanted.season,
  )
  return part(show, numbered, season.length > 0 ? episodes : seasons)
}

/** A list of children names its section once or not at all, so the show's section is used. */
function part(show: PlexItem, items: readonly PlexItem[], siblings: PlexItem[]): FoundPart {
  return {
    items: items.map((item) => ({
      ...item,
      sectionId: item.sectionId ?? show.sectionId,
      sectionTitle: item.sectionTitle ?? show.sectionTitle,
    })),
    siblings,
  }
}
