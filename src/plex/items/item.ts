import { z } from 'zod'
import { type ItemType, itemTypeSchema } from '../../contract/kinds.ts'
import { itemStamp } from './item-stamp.ts'

/** An item in Plex, with what a preview needs to name, locate and show it. `null` = Plex does not say. */
export interface PlexItem {
  ratingKey: string
  type: ItemType
  title: string
  year: number | null
  /** Plex's `editionTitle`: "Director's Cut". */
  edition: string | null
  sectionId: string | null
  sectionTitle: string | null
  parentRatingKey: string | null
  grandparentRatingKey: string | null
  parentTitle: string | null
  grandparentTitle: string | null
  /** Number of the season, episode or track; 0 is Specials. */
  index: number | null
  /** Number of an episode's season. */
  parentIndex: number | null
  guid: string | null
  thumb: string | null
  art: string | null
  parentThumb: string | null
  grandparentThumb: string | null
  labels: string[]
  /** Seconds since 1970, as Plex gives it. */
  updatedAt: number | null
  /** Seconds since 1970, as Plex gives it. */
  addedAt: number | null
  /** See `itemStamp`. */
  stamp: string | null
}

// Plex's JSON writes the same attribute as a number in one answer and as a string in another.
const text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(null)
  .transform((value) => value || null)
const number = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ])
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)
const labels = z
  .array(z.object({ tag: z.string() }).nullable().catch(null))
  .nullish()
  .catch(null)
  .transform((list) => (list ?? []).flatMap((label) => label?.tag ?? []))

const wireItem = z.object({
  ratingKey: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(/^\d{1,18}$/)),
  type: itemTypeSchema,
  title: text,
  year: number,
  editionTitle: text,
  librarySectionID: text,
  librarySectionTitle: text,
  parentRatingKey: text,
  grandparentRatingKey: text,
  parentTitle: text,
  grandparentTitle: text,
  index: number,
  parentIndex: number,
  guid: text,
  thumb: text,
  art: text,
  parentThumb: text,
  grandparentThumb: text,
  Label: labels,
  updatedAt: number,
  addedAt: number,
})

/** The section that a MediaContainer names for all of its items, used if an item names none. */
export interface ContainerSection {
  sectionId: string | null
  sectionTitle: string | null
}

/**
 * Parses one element of a MediaContainer; `null` if it is not an item (collections, clips, "All episodes"). Unknown
 * attributes are ignored.
 */
export function parsePlexItem(value: unknown, container: ContainerSection): PlexItem | null {
  const parsed = wireItem.safeParse(value)
  if (!parsed.success) return null
  const { title, editionTitle, librarySectionID, librarySectionTitle, Label, ...same } = parsed.data
  return {
    ...same,
    title: title ?? '',
    edition: editionTitle,
    // A section listing names the section only on the container (plexapi base.py reads it from there too).
    sectionId: librarySectionID ?? container.sectionId,
    sectionTitle: librarySectionTitle ?? container.sectionTitle,
    labels: Label,
    stamp: itemStamp((name) => Object(value)[name]),
  }
}

// python-plexapi writes None for a missing number, and Kometa turns it into capitals.
const twoDigits = (value: number | null): string => String(value ?? 'NONE').padStart(2, '0')

/**
 * The title that Kometa's log uses for an item (Kometa plex.py:2124-2132): `Title`, `Show Season 1`, `Show S01E02`,
 * `Artist Album Name`.
 */
export function displayTitle(
  item: Pick<PlexItem, 'type' | 'title' | 'parentTitle' | 'grandparentTitle' | 'index' | 'parentIndex'>,
): string {
  switch (item.type) {
    case 'season':
      return `${item.parentTitle ?? ''} Season ${item.index ?? 'None'}`.trim()
    case 'episode':
      return `${item.grandparentTitle ?? ''} S${twoDigits(item.parentIndex)}E${twoDigits(item.index)}`.trim()
    case 'album':
      return `${item.parentTitle ?? ''} Album ${item.title}`.trim()
    default:
      return item.title
  }
}

/** The name that Kometa uses when it lists the items of a definition (util.py:389-408). */
export function listTitle(item: PlexItem): string {
  const { type, title, index, year } = item
  const parent = item.parentTitle ?? ''
  if (type === 'movie') return year ? `${title} (${year})` : title
  if (type === 'album') return `${parent}: ${title}`
  if (type === 'track') return `${item.grandparentTitle ?? ''}: ${parent}: ${title}`
  if (type === 'season')
    return title === `Season ${index}` ? `${parent} ${title}` : `${parent} Season ${index ?? 'None'}: ${title}`
  if (type !== 'episode') return title
  const season = item.parentIndex ?? 0
  const seasonTitle = parent === `Season ${season}` ? `${parent}: ` : ''
  return `${item.grandparentTitle ?? ''} S${twoDigits(season)}E${twoDigits(index ?? 0)}: ${seasonTitle}${title}`
}

/** The display title, with the year of a film or show, for messages to users: `Metropolis (1927)`. */
export function titleWithYear(item: Parameters<typeof displayTitle>[0] & Pick<PlexItem, 'year'>): string {
  const title = displayTitle(item)
  return item.year !== null && (item.type === 'movie' || item.type === 'show') ? `${title} (${item.year})` : title
}
