import { z } from 'zod'

/** Something of an item that is another after the run than before. */
const differenceSchema = z.object({
  rating_key: z.string(),
  title: z.string(),
  /**
   * updatedAt, thumb, art, labels, collections, posters, selected_poster, poster_sha256; `item` when it came or went.
   */
  field: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Who made it, as far as the ledger tells, and when. */
  explanation: z.string(),
})
export type Difference = z.infer<typeof differenceSchema>

/**
 * The certificate of a job: what Plex itself said of each target, and of what is above it, before and after the run.
 */
export const verificationSchema = z.object({
  /** Requests other than GET and HEAD that were passed on, by the ledger. */
  writes_forwarded: z.int().nonnegative(),
  /** Writes that were blocked, with or without an image, by the ledger. */
  blocked: z.int().nonnegative(),
  /** True only when every field of every item was read both times and is the same. */
  unchanged: z.union([z.boolean(), z.literal('unknown')]),
  /** In words. */
  why: z.string(),
  differences: z.array(differenceSchema),
  /** Items that were compared: the targets and what is above them. */
  items: z.int().nonnegative(),
  /** Our own reads for it, before and after, on top of the job's others. */
  requests: z.int().nonnegative(),
  /** What was read, for a later `verify`; relative to the job. */
  fingerprint: z.object({ path: z.string(), sha256: z.string() }).nullable(),
})
export type Verification = z.infer<typeof verificationSchema>

/** One line of `kometa-preview verify`. */
const verifyCheckSchema = z.object({
  id: z.enum(['summary', 'ledger', 'writes', 'outputs', 'certificate', 'live']),
  /** unknown: it could not be looked at; that is no failure. */
  status: z.enum(['ok', 'problem', 'unknown']),
  detail: z.string(),
})
export type VerifyCheck = z.infer<typeof verifyCheckSchema>

/** What `kometa-preview verify --json` prints. */
const verifyReportSchema = z.object({ job: z.string(), ok: z.boolean(), checks: z.array(verifyCheckSchema) })
export type VerifyReport = z.infer<typeof verifyReportSchema>
