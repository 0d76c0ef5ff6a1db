import { z } from 'zod'
import { artworkKindSchema } from '../artwork-kinds.ts'
import { imageRefSchema, jobIdSchema } from './api-common.ts'
import { kometaStateSchema } from './api-connect.ts'
import { indexStateSchema } from './api-items.ts'
import { jobEntrySchema, jobTargetSchema, phaseSchema, studioJobStatusSchema } from './api-jobs.ts'

export const logLineSchema = z.object({
  /** Number of the line within the job, from 1. Gaps: lines that are no longer kept; log.txt has them. */
  n: z.int().positive(),
  source: z.enum(['preview', 'kometa']),
  level: z.enum(['debug', 'info', 'warning', 'error', 'critical']),
  text: z.string(),
  at: z.string(),
})
export type StudioLogLine = z.infer<typeof logLineSchema>

/**
 * One message of a job's stream: `id:` is its number, `data:` this as JSON, no `event:` name. A client that comes back
 * with Last-Event-ID gets what it missed. After `end` with nothing more to come the server sends `closed` and closes:
 * the browser then calls `close()`.
 */
export const jobStreamEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), status: studioJobStatusSchema, queuePlace: z.int().positive().nullable() }),
  z.object({ type: z.literal('phase'), phase: phaseSchema, at: z.string() }),
  z.object({
    type: z.literal('progress'),
    phase: phaseSchema,
    done: z.int(),
    total: z.int(),
    title: z.string(),
  }),
  /** Lines of the last 100 ms together. */
  z.object({ type: z.literal('log'), lines: z.array(logLineSchema) }),
  z.object({
    type: z.literal('capture'),
    targetId: z.string().nullable(),
    ratingKey: z.string().nullable(),
    kind: artworkKindSchema.nullable(),
    /** null: there was no image in the upload. */
    image: imageRefSchema.nullable(),
    at: z.string(),
  }),
  /** A target as it is now: its before picture has come, its outcome is known, its difference is computed. */
  z.object({ type: z.literal('target'), target: jobTargetSchema }),
  /** The job is over; read getJob anew. Targets may still follow with their differences. */
  z.object({ type: z.literal('end'), status: studioJobStatusSchema }),
  z.object({ type: z.literal('closed') }),
])
export type JobStreamEvent = z.infer<typeof jobStreamEventSchema>

export const jobEventsQuerySchema = z.object({
  /** As Last-Event-ID, for the first connection: what getJob said. */
  after: z.int().nonnegative().optional(),
  /** Of the log lines before now only so many come; default 2,000. Older ones: getLogLines. */
  lines: z.int().min(0).max(10_000).default(2_000),
})

export const logLinesQuerySchema = z.object({
  /** Lines with a smaller number; default: the newest. */
  before: z.int().positive().optional(),
  limit: z.int().min(1).max(10_000).default(2_000),
})
export const logLinesReplySchema = z.object({
  /** Oldest first. */
  lines: z.array(logLineSchema),
  /** True when there are older ones. */
  more: z.boolean(),
})

/** Messages of /api/events: no ids, nothing is repeated; after (re)connecting the client reads what it shows anew. */
export const studioEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), version: z.string(), connectionId: z.string().nullable() }),
  z.object({ type: z.literal('connection'), connectionId: z.string().nullable() }),
  z.object({ type: z.literal('kometa'), kometa: kometaStateSchema }),
  z.object({ type: z.literal('index'), index: indexStateSchema }),
  z.object({ type: z.literal('job'), job: jobEntrySchema }),
  z.object({ type: z.literal('job-removed'), jobId: jobIdSchema }),
])
export type StudioEvent = z.infer<typeof studioEventSchema>
