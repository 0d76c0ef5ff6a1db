import { z } from 'zod'
import { artworkKindSchema } from './artwork-kinds.ts'
import { imageTypeSchema } from './kinds.ts'

/**
 * The records of the proxy. Field names are those of summary.json (snake_case), so that a record goes into the file
 * unchanged. Paths are relative to the job folder. A record never contains a token.
 */
const base = {
  /** Order of arrival within the job, from 1. The clock is never used for order. */
  seq: z.int().positive(),
  /** ISO 8601, UTC. */
  timestamp: z.iso.datetime(),
  /** The Plex server of the config, by its machineIdentifier. */
  server: z.string(),
  method: z.string(),
  /** Path of the request, without the query. */
  path: z.string(),
}

/** One write that was blocked, with or without an image. */
export const blockedWriteSchema = z.object({
  ...base,
  /** Query as sent, but without tokens; '' if there is none. */
  query: z.string(),
  /** null for a write to no item, or to several. */
  rating_key: z.string().nullable(),
  /** The items of a write to several items at the same time, as Kometa sends them from 2.4.7 on. */
  rating_keys: z.array(z.string()).optional(),
  kind: artworkKindSchema.nullable(),
  /** Bytes of the body that arrived. */
  content_length: z.int().nonnegative(),
})
export type BlockedWrite = z.infer<typeof blockedWriteSchema>

/** One upload that was blocked and kept. */
export const captureSchema = z.object({
  ...base,
  rating_key: z.string().nullable(),
  kind: artworkKindSchema.nullable(),
  size_bytes: z.int().nonnegative(),
  /** Relative to the job folder; null when nothing could be kept (a `url=` upload that could not be read). */
  saved_path: z.string().nullable(),
  /** Why the upload contains no image, in words; null for a good capture. */
  parse_error: z.string().nullable(),
  type: imageTypeSchema.nullable(),
  sha256: z.string().nullable(),
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  /** True when the image carries Kometa's EXIF mark 0x04BC = "overlay" (Kometa library.py:496-512). */
  overlay_mark: z.boolean(),
  /** How often the identical upload came (Kometa retries up to 6 times). */
  attempts: z.int().positive(),
  /** The URL of a body-less `?url=` upload, tokens removed. */
  source_url: z.string().nullable(),
  /** Further images of the same multipart body, followed by the whole body (`.bin`) if it contains more than images. */
  other_paths: z.array(z.string()),
})
export type Capture = z.infer<typeof captureSchema>

/** A request that was refused (with 403 or a similar status), or a read that Plex did not answer properly. */
export const refusedReadSchema = z.object({
  ...base,
  query: z.string(),
  /** Status that the client got. */
  status: z.int(),
  reason: z.string(),
  /** refused = our policy refused it; failed = Plex did not answer, or answered with an error. */
  outcome: z.enum(['refused', 'failed']),
  /** The section in the path, if there is one. */
  section: z.string().nullable(),
  rating_key: z.string().nullable(),
})
export type RefusedRead = z.infer<typeof refusedReadSchema>
