import { z } from 'zod'

const itemStateSchema = z.object({
  /** `<path>:<size>:<time>` of the asset that it was drawn on; of other items the path of the poster that Plex showed then. */
  poster: z.string().nullable(),
  /** 2.4.4: each overlay's own words of how it looks -> ''; from 2.4.5 on: its full name -> those words. */
  overlays: z.record(z.string(), z.string()),
  /** Variable of a text -> the value that was drawn. */
  texts: z.record(z.string(), z.string().nullable()),
})
export type ItemState = z.infer<typeof itemStateSchema>

const libraryStateSchema = z.object({
  /** The Kometa that laid out the tables: 2.4.5 changed them, and draws everything once when it finds the earlier ones. */
  format: z.enum(['2.4.4', '2.4.5']),
  /** By ratingKey. */
  items: z.record(z.string(), itemStateSchema),
  /** Full name of an overlay -> what tells its picture: the size of the file. */
  images: z.record(z.string(), z.string().nullable()),
})
export type LibraryState = z.infer<typeof libraryStateSchema>

/** What Kometa's cache says that its items wear, by mapping name of the library; items and libraries that it does not know are left out. */
export const overlayStateSchema = z.record(z.string(), libraryStateSchema)
export type OverlayState = z.infer<typeof overlayStateSchema>
