import { z } from 'zod'
import { artworkKindSchema } from '../artwork-kinds.ts'
import { imageRefSchema, jobIdSchema } from './api-common.ts'
import { kometaStateSchema } from './api-connect.ts'
import { indexStateSchema } from './api-items.ts'
import { jobEntrySchema, jobTargetSchema, phaseSchema, studioJobStatusSchema } from './api-jobs.ts'

export const logLineSchema = z.object({
  /** Number of the line within the job, from 1. Gaps are lines that the server no longer keeps; log.txt has them. */
  n: z.int().positive(),
  source: z.enum(['preview', 'kometa']),
  level: z.enum(['debug', 'info', 'warning', 'error', 'critical']),
  text: z.string(),
  at: z.string(),
})
export type StudioLogLine = z.infer<typeof logLineSchema>

/**
 * One message of a job's stream: `id:` is its number, `data:` is this object as JSON, and there is no `event:` name. A
 * client that reconnects with Last-Event-ID gets the messages that it missed. After `end`, when nothing more will
 * follow, the server sends `closed` and closes the stream; the browser then calls `close()`.
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
  /** The lines of the last 100 ms together. */
  z.object({ type: z.literal('log'), lines: z.array(logLineSchema) }),
  z.object({
    type: z.literal('capture'),
    targetId: z.string().nullable(),
    ratingKey: z.string().nullable(),
    kind: artworkKindSchema.nullable(),
    /** null: the upload contained no image. */
    image: imageRefSchema.nullable(),
    at: z.string(),
  }),
  /**
   * A target with its current state: its before picture has arrived, its outcome is known, or its difference is
   * computed.
   */
  z.object({ type: z.literal('target'), target: jobTargetSchema }),
  /** The job is over; call getJob again. `target` messages with differences may still follow. */
  z.object({ type: z.literal('end'), status: studioJobStatusSchema }),
  z.object({ type: z.literal('closed') }),
])
export type JobStreamEvent = z.infer<typeof jobStreamEventSchema>

export const jobEventsQuerySchema = z.object({
  /** The same as Last-Event-ID, for the first connection: the `lastEventId` that getJob returned. */
  after: z.int().nonnegative().optional(),
  /** How many of the earlier log lines to send; default 2,000. For older ones use getLogLines. */
  lines: z.int().min(0).max(10_000).default(2_000),
})

export const logLinesQuerySchema = z.object({
  /** Only lines with a smaller number; default: the newest lines. */
  before: z.int().positive().optional(),
  limit: z.int().min(1).max(10_000).default(2_000),
})
export const logLinesReplySchema = z.object({
  /** Oldest first. */
  lines: z.array(logLineSchema),
  /** True when there are older lines. */
  more: z.boolean(),
})

/**
 * Messages of /api/events. They have no ids and are not repeated; after each (re)connect the client reads everything
 * that it shows again.
 */
export const studioEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), version: z.string(), connectionId: z.string().nullable() }),
  z.object({ type: z.literal('connection'), connectionId: z.string().nullable() }),
  z.object({ type: z.literal('kometa'), kometa: kometaStateSchema }),
  z.object({ type: z.literal('index'), index: indexStateSchema }),
  z.object({ type: z.literal('job'), job: jobEntrySchema }),
  z.object({ type: z.literal('job-removed'), jobId: jobIdSchema }),
])
export type StudioEvent = z.infer<typeof studioEventSchema>
