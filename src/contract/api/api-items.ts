import { z } from 'zod'
import { itemTypeSchema } from '../kinds.ts'
import { ratingKeySchema } from '../preview.ts'
import { itemRefSchema, problemSchema, serverIdSchema, timeSchema } from './api-common.ts'

/** The most items in one window of the grid. */
export const maxItemsPerWindow = 500
/** The most items in one preview. */
export const maxTargets = 500

export const hdrSchema = z.enum(['dv', 'hdr'])

export const studioItemSchema = z.object({
  server: serverIdSchema,
  ratingKey: ratingKeySchema,
  type: itemTypeSchema,
  title: z.string(),
  year: z.int().nullable(),
  edition: z.string().nullable(),
  /** The name of the library in Plex, and its section number. */
  library: z.string(),
  sectionId: z.string(),
  parentRatingKey: z.string().nullable(),
  grandparentRatingKey: z.string().nullable(),
  /** The show of a season, the season of an episode, or the artist of an album. */
  parentTitle: z.string().nullable(),
  grandparentTitle: z.string().nullable(),
  /** Number of the season or episode. */
  index: z.int().nullable(),
  parentIndex: z.int().nullable(),
  /** `4k`, `1080`, `720`, `480` or `sd`, as Plex reports it; null for items without a file of their own. */
  resolution: z.string().nullable(),
  hdr: hdrSchema.nullable(),
  audioCodec: z.string().nullable(),
  contentRating: z.string().nullable(),
  /** 0 to 10. */
  rating: z.number().nullable(),
  wearsOverlay: z.boolean(),
  /** Kometa's `Original Posters` contains a clean original. */
  hasBackup: z.boolean(),
  /**
   * The number of seasons of a show, episodes of a season, or albums of an artist; 0 when the index has nothing below
   * the item.
   */
  childCount: z.int().nonnegative(),
  addedAt: timeSchema.nullable(),
  /** The version of the picture, for `itemThumbnail`; null when Plex has no picture. */
  thumb: z.string().nullable(),
  /** Posters are 2:3, stills of episodes are 16:9, and music is square. */
  shape: z.enum(['poster', 'still', 'square']),
})
export type StudioItem = z.infer<typeof studioItemSchema>

export const itemSorts = ['title', 'added', 'year', 'rating', 'resolution', 'order'] as const

const list = <T extends z.ZodType>(one: T) => z.array(one).max(100).optional()

/** Filters of the grid. Several values of one filter are alternatives; different filters narrow each other. */
export const itemFilterSchema = z.object({
  /** Search as you type: every word must begin a word of the title, show, edition or year. */
  q: z.string().max(200).optional(),
  server: serverIdSchema.optional(),
  /** `<server>:<sectionId>` */
  library: list(z.string().max(120)),
  /** Default: films, shows and artists, or everything below `parent`. */
  type: list(itemTypeSchema),
  /** Only items directly below this one (seasons, episodes); needs `server` when there is more than one server. */
  parent: ratingKeySchema.optional(),
  resolution: list(z.string().max(20)),
  /** none = SDR. */
  hdr: list(z.enum(['dv', 'hdr', 'none'])),
  /** Edition titles; '' = no edition. */
  edition: list(z.string().max(200)),
  audioCodec: list(z.string().max(40)),
  contentRating: list(z.string().max(60)),
  wearsOverlay: z.boolean().optional(),
  hasBackup: z.boolean().optional(),
})
export type ItemFilter = z.infer<typeof itemFilterSchema>

export const itemQuerySchema = itemFilterSchema.extend({
  /** order = by show, season and episode number. Default: title, or order within a parent. */
  sort: z.enum(itemSorts).optional(),
  descending: z.boolean().optional(),
  offset: z.int().nonnegative().default(0),
  limit: z.int().min(1).max(maxItemsPerWindow).default(100),
})
export type ItemQuery = z.input<typeof itemQuerySchema>

export const itemWindowSchema = z.object({
  /** Changes whenever the index changes. Windows of two revisions do not fit together. */
  revision: z.string(),
  total: z.int().nonnegative(),
  offset: z.int().nonnegative(),
  items: z.array(studioItemSchema),
  /** Set when `parent` was given: the path from the show down to the parent. */
  parents: z.array(studioItemSchema),
})
export type ItemWindow = z.infer<typeof itemWindowSchema>

const facet = z.object({ value: z.string(), label: z.string(), count: z.int().nonnegative() })
/** How many items each further choice would leave. A facet ignores its own filter. */
export const itemFacetsSchema = z.object({
  revision: z.string(),
  total: z.int().nonnegative(),
  library: z.array(facet),
  type: z.array(facet),
  resolution: z.array(facet),
  hdr: z.array(facet),
  edition: z.array(facet),
  audioCodec: z.array(facet),
  contentRating: z.array(facet),
  wearsOverlay: z.array(facet),
  hasBackup: z.array(facet),
})
export type ItemFacets = z.infer<typeof itemFacetsSchema>
export type ItemFacet = z.infer<typeof facet>

export const indexStateSchema = z.object({
  /** waiting = nothing is connected; partial = some library failed, but the others can be used. */
  state: z.enum(['waiting', 'reading', 'ready', 'partial', 'failed']),
  revision: z.string(),
  /** Items that can be shown now. */
  items: z.int().nonnegative(),
  libraries: z.array(
    z.object({
      server: serverIdSchema,
      sectionId: z.string(),
      title: z.string(),
      type: z.string(),
      state: z.enum(['waiting', 'reading', 'ready', 'failed']),
      done: z.int().nonnegative(),
      /** 0 until Plex has reported the total. */
      total: z.int().nonnegative(),
      /** When the library was read from Plex. */
      readAt: timeSchema.nullable(),
      problem: problemSchema.nullable(),
    }),
  ),
})
export type IndexState = z.infer<typeof indexStateSchema>

export const lookUpRequestSchema = z.object({ items: z.array(itemRefSchema).max(maxTargets) })
export const lookUpReplySchema = z.object({ items: z.array(studioItemSchema), unknown: z.array(itemRefSchema) })

/** ratingKeys, titles, `Show S01E02`, Plex Web addresses or plex:// guids, one on each line or separated by commas. */
export const resolveRequestSchema = z.object({ text: z.string().max(20_000) })
export const resolveReplySchema = z.object({
  items: z.array(studioItemSchema),
  problems: z.array(z.object({ spec: z.string(), problem: problemSchema, candidates: z.array(studioItemSchema) })),
})
export type ResolveReply = z.infer<typeof resolveReplySchema>

export const sampleRequestSchema = z.object({
  filter: itemFilterSchema.default({}),
  count: z.int().min(1).max(50).default(8),
  /** Items that are already chosen. The sample adds items that show something new. */
  chosen: z.array(itemRefSchema).max(maxTargets).default([]),
})
export type SampleRequest = z.input<typeof sampleRequestSchema>
export const sampleReplySchema = z.object({
  /**
   * The items that add the most come first. `shows` is what an item shows that the items before it do not ("4K", "Dolby
   * Vision", "season").
   */
  items: z.array(z.object({ item: studioItemSchema, shows: z.array(z.string()) })),
})
export type SampleReply = z.infer<typeof sampleReplySchema>

export const thumbnailQuerySchema = z.object({ w: z.int(), v: z.string().max(100).optional() })

export const savedSetSchema = z.object({
  id: z.string(),
  name: z.string(),
  items: z.array(itemRefSchema),
  updatedAt: timeSchema,
})
export type SavedSet = z.infer<typeof savedSetSchema>
export const setRequestSchema = z.object({
  name: z.string().trim().min(1).max(100),
  items: z.array(itemRefSchema).max(maxTargets),
})
export const setsReplySchema = z.object({ sets: z.array(savedSetSchema) })
