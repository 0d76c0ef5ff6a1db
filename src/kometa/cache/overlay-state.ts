import { z } from 'zod'

const itemStateSchema = z.object({
  /**
   * For an item drawn on an asset: `<path>:<size>:<time>` of the asset. For others: the path of the poster that Plex
   * showed.
   */
  poster: z.string().nullable(),
  /**
   * Up to 2.4.4: Kometa's description of each overlay's look -> ''. From 2.4.5: the overlay's full name -> that
   * description.
   */
  overlays: z.record(z.string(), z.string()),
  /** Variable in a text overlay -> the value that Kometa drew. */
  texts: z.record(z.string(), z.string().nullable()),
})
export type ItemState = z.infer<typeof itemStateSchema>

const libraryStateSchema = z.object({
  /**
   * The Kometa version that created the tables. 2.4.5 changed their layout and redraws everything once when it finds
   * older tables.
   */
  format: z.enum(['2.4.4', '2.4.5']),
  /** By ratingKey. */
  items: z.record(z.string(), itemStateSchema),
  /** Full name of an overlay -> what identifies its picture: the size of the file. */
  images: z.record(z.string(), z.string().nullable()),
})
export type LibraryState = z.infer<typeof libraryStateSchema>

/**
 * What Kometa's cache says its items wear, by the library's key in the config. Items and libraries unknown to the
 * cache are left out.
 */
export const overlayStateSchema = z.record(z.string(), libraryStateSchema)
export type OverlayState = z.infer<typeof overlayStateSchema>
