import { z } from 'zod'

/** A field of an item that changed during the run. */
const differenceSchema = z.object({
  rating_key: z.string(),
  title: z.string(),
  /**
   * updatedAt, thumb, art, labels, collections, posters, selected_poster, poster_sha256; `item` when the item appeared
   * or disappeared.
   */
  field: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Who made the change and when, as far as the ledger tells. */
  explanation: z.string(),
})
export type Difference = z.infer<typeof differenceSchema>

/**
 * The certificate of a job: what Plex itself reported about each target and the items above it, before and after the
 * run.
 */
export const verificationSchema = z.object({
  /** Requests other than GET and HEAD that were forwarded, according to the ledger. */
  writes_forwarded: z.int().nonnegative(),
  /** Writes that were blocked, with or without an image, according to the ledger. */
  blocked: z.int().nonnegative(),
  /** True only when every field of every item could be read both times and did not change. */
  unchanged: z.union([z.boolean(), z.literal('unknown')]),
  /** In words. */
  why: z.string(),
  differences: z.array(differenceSchema),
  /** The number of items that were compared: the targets and the items above them. */
  items: z.int().nonnegative(),
  /** Our own reads for the verification, before and after the run, in addition to the other reads of the job. */
  requests: z.int().nonnegative(),
  /** The file with the values that were read, for a later `verify`. The path is relative to the job. */
  fingerprint: z.object({ path: z.string(), sha256: z.string() }).nullable(),
})
export type Verification = z.infer<typeof verificationSchema>

/** One line of `kometa-preview verify`. */
const verifyCheckSchema = z.object({
  id: z.enum(['summary', 'ledger', 'writes', 'outputs', 'certificate', 'live']),
  /** unknown: the check could not be made, which is not a failure. */
  status: z.enum(['ok', 'problem', 'unknown']),
  detail: z.string(),
})
export type VerifyCheck = z.infer<typeof verifyCheckSchema>

/** What `kometa-preview verify --json` prints. */
const verifyReportSchema = z.object({ job: z.string(), ok: z.boolean(), checks: z.array(verifyCheckSchema) })
export type VerifyReport = z.infer<typeof verifyReportSchema>
