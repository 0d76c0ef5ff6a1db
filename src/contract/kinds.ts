import { z } from 'zod'

/** The image types that magic bytes can prove. Elsewhere `null` means "no image". */
export const imageTypes = ['jpg', 'png', 'webp'] as const
export const imageTypeSchema = z.enum(imageTypes)
export type ImageType = z.infer<typeof imageTypeSchema>

export const imageMediaTypes: Record<ImageType, string> = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' }

/** The item types of Plex that can be a target, with the number for `type=` in a section query. */
export const itemTypes = ['movie', 'show', 'season', 'episode', 'artist', 'album', 'track'] as const
export const itemTypeSchema = z.enum(itemTypes)
export type ItemType = z.infer<typeof itemTypeSchema>
export const plexTypeNumbers: Record<ItemType, number> = {
  movie: 1,
  show: 2,
  season: 3,
  episode: 4,
  artist: 8,
  album: 9,
  track: 10,
}
