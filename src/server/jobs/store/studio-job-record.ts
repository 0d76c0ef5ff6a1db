import { z } from 'zod'
import {
  imageRefSchema,
  jobIdSchema,
  problemSchema,
  serverIdSchema,
  timeSchema,
} from '../../../contract/api/api-common.ts'
import { jobEntrySchema, jobPhaseSchema, studioJobStatusSchema } from '../../../contract/api/api-jobs.ts'
import { itemTypeSchema } from '../../../contract/kinds.ts'
import { ratingKeySchema, targetIdSchema } from '../../../contract/preview.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { parseJson } from '../../../util/parse-json.ts'
import { readJobText } from '../files/job-files.ts'

const version = 1

/** What the studio itself keeps of a job, in `<job>/studio/job.json`. No secret stands in it. */
export const jobRecordSchema = z.object({
  version: z.literal(version),
  id: jobIdSchema,
  title: z.string(),
  status: studioJobStatusSchema,
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  /** By a clock that nobody sets; null where only the two times tell. */
  durationMs: z.int().nonnegative().nullable().default(null),
  /** studio: started here; command: by the command line, seen by us. */
  origin: z.enum(['studio', 'command']),
  config: z.object({
    kind: z.enum(['path', 'text', 'unknown']),
    name: z.string(),
    /** Of a config that is used where it stands. */
    path: z.string().nullable(),
    edited: z.boolean(),
  }),
  targets: z.array(
    z.object({
      /** A file name of the next job, too. */
      id: targetIdSchema,
      server: serverIdSchema.nullable(),
      ratingKey: ratingKeySchema.nullable(),
      title: z.string(),
      type: itemTypeSchema.nullable(),
      /** Plex's name of the library. */
      library: z.string().nullable(),
      /** The key under `libraries:`; tells two servers with the same ratingKey apart. */
      mapping: z.string().nullable(),
    }),
  ),
  renderer: z.enum(['kometa', 'sample']),
  keep: z.boolean(),
  /** Plex is asked anew, whatever earlier jobs have read. */
  fresh: z.boolean().default(false),
  problem: problemSchema.nullable(),
  phases: z.array(jobPhaseSchema),
  counts: jobEntrySchema.shape.counts,
  onlyUntouched: z.boolean().default(false),
  /** What Kometa left out of the config; a record from before knows none. */
  faultCount: z.int().nonnegative().default(0),
  pictures: z.array(imageRefSchema),
  bytes: z.int().nonnegative(),
  /** Target id -> share of pixels that differ, with the pictures that were compared. */
  differences: z.record(z.string(), z.object({ pictures: z.string(), share: z.number().min(0).max(1) })),
  /** When the summary was written that counts and pictures come from; a job of the command line may run again. */
  summaryAt: z.number().nullable(),
  lastEventId: z.int().nonnegative(),
})
export type JobRecord = z.infer<typeof jobRecordSchema>

const noCounts: JobRecord['counts'] = {
  changed: 0,
  unchanged: 0,
  missing: 0,
  incomplete: 0,
  error: 0,
  extra: 0,
  untouched: 0,
  cancelled: 0,
}

export function newRecord(
  own: Pick<JobRecord, 'id' | 'title' | 'config' | 'targets' | 'origin' | 'renderer'> & Partial<JobRecord>,
): JobRecord {
  return {
    version,
    status: 'queued',
    createdAt: new Date().toISOString(),
    startedAt: null,
    endedAt: null,
    durationMs: null,
    keep: false,
    fresh: false,
    problem: null,
    phases: [],
    counts: noCounts,
    onlyUntouched: false,
    faultCount: 0,
    pictures: [],
    bytes: 0,
    differences: {},
    summaryAt: null,
    lastEventId: 0,
    ...own,
  }
}

/** The studio's own folder in a job folder. */
export const studioFolder = 'studio'
const recordPath = `${studioFolder}/job.json`
const maxRecordBytes = 16 * 1024 * 1024

/** null: there is none, or not one of ours. */
export async function readRecord(job: Beneath): Promise<JobRecord | null> {
  const text = await readJobText(job, recordPath, maxRecordBytes)
  return text === null ? null : (jobRecordSchema.safeParse(parseJson(text)).data ?? null)
}

export async function writeRecord(job: Beneath, record: JobRecord): Promise<void> {
  await job.makeFolder(studioFolder)
  await job.write(recordPath, `${JSON.stringify(record, null, 1)}\n`)
}
