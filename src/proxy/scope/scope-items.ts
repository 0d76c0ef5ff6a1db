import { type ItemType, plexTypeNumbers } from '../../contract/kinds.ts'

/** The fields of a target or ancestor that the scope needs. `PlexItem` has this shape. */
export interface ScopeItem {
  ratingKey: string
  type: ItemType
  title: string
  sectionId: string | null
  parentRatingKey: string | null
  grandparentRatingKey: string | null
  parentTitle: string | null
  grandparentTitle: string | null
  addedAt: number | null
}

/** The items that Kometa may see: the targets and their ancestors, by section and type. */
export interface ScopeItems {
  readonly all: ReadonlyMap<string, ScopeItem>
  /** True for a target or an ancestor in any section. */
  has(ratingKey: string | null): boolean
  /** Items of one type in a section; [] if the scope has none there. */
  of(section: string, type: number): readonly ScopeItem[]
  /** Sections that contain an item of the scope, each with its section type. */
  readonly sections: ReadonlyMap<string, SectionType>
}

export type SectionType = 'movie' | 'show' | 'artist'

const sectionTypes: Record<ItemType, SectionType> = {
  movie: 'movie',
  show: 'show',
  season: 'show',
  episode: 'show',
  artist: 'artist',
  album: 'artist',
  track: 'artist',
}

/** Sorts targets and ancestors by section and type; pure. An item without a section is never listed. */
export function arrangeScope(items: readonly ScopeItem[]): ScopeItems {
  const all = new Map(items.map((item) => [item.ratingKey, item]))
  const byPlace = new Map<string, ScopeItem[]>()
  const sections = new Map<string, SectionType>()
  for (const item of all.values()) {
    if (item.sectionId === null) continue
    sections.set(item.sectionId, sectionTypes[item.type])
    const place = `${item.sectionId}:${plexTypeNumbers[item.type]}`
    byPlace.set(place, [...(byPlace.get(place) ?? []), item])
  }
  return {
    all,
    sections,
    has: (ratingKey) => ratingKey !== null && all.has(ratingKey),
    of: (section, type) => byPlace.get(`${section}:${type}`) ?? [],
  }
}
