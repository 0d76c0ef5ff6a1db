import { type ItemType, plexTypeNumbers } from '../../contract/kinds.ts'

/** A target or an ancestor of one, as far as the scope must know it. `PlexItem` has this shape. */
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

/** What Kometa may see: the targets and their ancestors, by section and type. */
export interface ScopeItems {
  readonly all: ReadonlyMap<string, ScopeItem>
  /** True for a target or an ancestor, wherever it stands. */
  has(ratingKey: string | null): boolean
  /** Items of one type in a section; [] if the scope has none there. */
  of(section: string, type: number): readonly ScopeItem[]
  /** Sections that hold an item of the scope, each with the type of its top level. */
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

/** Arranges targets and ancestors; pure. An item without a section belongs to none, and is then never listed. */
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
