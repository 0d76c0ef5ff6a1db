import { z } from 'zod'

// Plex writes keys and times as numbers or strings, and booleans as 0/1, "0"/"1" or true/false.
const id = z.union([z.string(), z.number()]).transform(String)
const seconds = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)
const isSet = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 'true'

const section = z.object({
  key: id.pipe(z.string().regex(/^\d{1,9}$/)),
  type: z.string(),
  title: id,
  uuid: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
  /**
   * False for a token that may only watch: Kometa refuses such a library (Kometa plex.py:791). null = Plex does not
   * say.
   */
  allowSync: z.unknown().transform((value) => (value === undefined || value === null ? null : isSet(value))),
  updatedAt: seconds,
  /** A counter that grows with every change of content. */
  contentChangedAt: seconds,
})
/**
 * One library of the server. `key` is the section's number; `type` is movie, show, artist or photo. Times are in
 * seconds since 1970.
 */
export type PlexSection = z.infer<typeof section>

/** `/library/sections`: the libraries, and a digest of the whole answer. */
export interface PlexSections {
  list: PlexSection[]
  digest: string
}

/** Parses one `Directory` of `/library/sections`; null if it is not a section. */
export function parseSection(value: unknown): PlexSection | null {
  return section.safeParse(value).data ?? null
}

const poster = z.object({
  key: z.string(),
  ratingKey: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
  thumb: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
  provider: z
    .string()
    .nullish()
    .transform((value) => value ?? null),
  selected: z.unknown().transform(isSet),
})
/** One poster that Plex offers for an item; `ratingKey` is its own name, such as `upload://posters/<hash>`. */
export type PlexPoster = z.infer<typeof poster>

/** Parses one element of `/library/metadata/N/posters`; null if it is not a poster. */
export function parsePoster(value: unknown): PlexPoster | null {
  return poster.safeParse(value).data ?? null
}
