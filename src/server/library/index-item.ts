import { z } from 'zod'
import { type ItemType, itemTypeSchema } from '../../contract/kinds.ts'
import { parsePlexItem } from '../../plex/items/item.ts'

/** An item in the index, with what the grid shows, filters and sorts by. `null` means that Plex does not say. */
export interface IndexItem {
  ratingKey: string
  type: ItemType
  title: string
  /** Plex's `titleSort`, if it differs from the title. */
  sortTitle: string | null
  year: number | null
  edition: string | null
  parentRatingKey: string | null
  grandparentRatingKey: string | null
  parentTitle: string | null
  grandparentTitle: string | null
  index: number | null
  parentIndex: number | null
  /** The best resolution of its files: `4k`, `1080`, ... */
  resolution: string | null
  audioCodec: string | null
  contentRating: string | null
  /** 0 to 10. */
  rating: number | null
  /** Seconds since 1970. */
  addedAt: number | null
  /** The path of the picture that Plex shows for the item. */
  thumb: string | null
  hdr: 'dv' | 'hdr' | null
  wearsOverlay: boolean
}

const text = z.string().nullish().catch(null)
const number = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,12}(?:\.\d{1,6})?$/)
      .transform(Number),
  ])
  .nullish()
  .catch(null)

const mediaPart = z.object({
  titleSort: text,
  contentRating: text,
  rating: number,
  audienceRating: number,
  userRating: number,
  Media: z
    .array(z.object({ videoResolution: text, audioCodec: text }))
    .nullish()
    .catch(null),
})

/** The best first. */
const resolutions = ['8k', '4k', '2k', '1080', '720', '576', '480', 'sd']
export const resolutionRank = (resolution: string | null): number => {
  const at = resolutions.indexOf(resolution ?? '')
  return at < 0 ? resolutions.length : at
}

/** Makes equal texts of a library's items (codecs, ratings, show titles) one string in memory. */
export type Intern = (text: string | null) => string | null
export function createIntern(): Intern {
  const known = new Map<string, string>()
  return (value) => {
    if (value === null) return null
    const same = known.get(value)
    if (same !== undefined) return same
    known.set(value, value)
    return value
  }
}

/** Reads one element of a section listing; null for an element that is no item. */
export function parseIndexItem(element: unknown, intern: Intern): IndexItem | null {
  const item = parsePlexItem(element, { sectionId: null, sectionTitle: null })
  const more = mediaPart.safeParse(element)
  if (!item || !more.success) return null
  const media = (more.data.Media ?? []).toSorted(
    (a, b) => resolutionRank(a.videoResolution ?? null) - resolutionRank(b.videoResolution ?? null),
  )
  const { rating, audienceRating, userRating, titleSort, contentRating } = more.data
  return {
    ratingKey: item.ratingKey,
    type: item.type,
    title: item.title,
    sortTitle: titleSort && titleSort !== item.title ? titleSort : null,
    year: item.year,
    edition: intern(item.edition),
    parentRatingKey: intern(item.parentRatingKey),
    grandparentRatingKey: intern(item.grandparentRatingKey),
    parentTitle: intern(item.parentTitle),
    grandparentTitle: intern(item.grandparentTitle),
    index: item.index,
    parentIndex: item.parentIndex,
    resolution: intern(media[0]?.videoResolution?.toLowerCase() ?? null),
    audioCodec: intern(media[0]?.audioCodec ?? null),
    contentRating: intern(contentRating ?? null),
    rating: audienceRating ?? rating ?? userRating ?? null,
    addedAt: item.addedAt,
    thumb: item.thumb ?? intern(item.parentThumb) ?? intern(item.grandparentThumb),
    hdr: null,
    wearsOverlay: false,
  }
}

/** An item as it is stored: its values without names, in this order. */
export const storedItemSchema = z.tuple([
  z.string().regex(/^\d{1,18}$/),
  itemTypeSchema,
  z.string(),
  z.string().nullable(),
  z.number().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.number().nullable(),
  z.number().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.string().nullable(),
  z.number().nullable(),
  z.number().nullable(),
  z.string().nullable(),
  z.enum(['dv', 'hdr']).nullable(),
  z.boolean(),
])
export type StoredItem = z.infer<typeof storedItemSchema>

export function toStored(item: IndexItem): StoredItem {
  return [
    item.ratingKey,
    item.type,
    item.title,
    item.sortTitle,
    item.year,
    item.edition,
    item.parentRatingKey,
    item.grandparentRatingKey,
    item.parentTitle,
    item.grandparentTitle,
    item.index,
    item.parentIndex,
    item.resolution,
    item.audioCodec,
    item.contentRating,
    item.rating,
    item.addedAt,
    item.thumb,
    item.hdr,
    item.wearsOverlay,
  ]
}

export function fromStored(stored: StoredItem, intern: Intern): IndexItem {
  return {
    ratingKey: stored[0],
    type: stored[1],
    title: stored[2],
    sortTitle: stored[3],
    year: stored[4],
    edition: intern(stored[5]),
    parentRatingKey: intern(stored[6]),
    grandparentRatingKey: intern(stored[7]),
    parentTitle: intern(stored[8]),
    grandparentTitle: intern(stored[9]),
    index: stored[10],
    parentIndex: stored[11],
    resolution: intern(stored[12]),
    audioCodec: intern(stored[13]),
    contentRating: intern(stored[14]),
    rating: stored[15],
    addedAt: stored[16],
    thumb: stored[17],
    hdr: stored[18],
    wearsOverlay: stored[19],
  }
}
