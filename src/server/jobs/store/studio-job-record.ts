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

/** What the studio keeps about a job, in `<job>/studio/job.json`. It holds no secret. */
export const jobRecordSchema = z.object({
  version: z.literal(version),
  id: jobIdSchema,
  title: z.string(),
  status: studioJobStatusSchema,
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  /** Measured by a clock that nobody can set; null if only the two times are known. */
  durationMs: z.int().nonnegative().nullable().default(null),
  /** studio: started by the studio; command: started on the command line, and found by the studio. */
  origin: z.enum(['studio', 'command']),
  config: z.object({
    kind: z.enum(['path', 'text', 'unknown']),
    name: z.string(),
    /** The path of a config that is used where it is. */
    path: z.string().nullable(),
    edited: z.boolean(),
  }),
  targets: z.array(
    z.object({
      /** It becomes a file name when the job is run again. */
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
  /** Plex is asked for everything again, even for what earlier jobs have read. */
  fresh: z.boolean().default(false),
  problem: problemSchema.nullable(),
  phases: z.array(jobPhaseSchema),
  counts: jobEntrySchema.shape.counts,
  onlyUntouched: z.boolean().default(false),
  /** How many parts of the config Kometa left out; 0 in records of versions that did not count them. */
  faultCount: z.int().nonnegative().default(0),
  pictures: z.array(imageRefSchema),
  bytes: z.int().nonnegative(),
  /** Target id -> the share of pixels that differ, and the pictures that were compared. */
  differences: z.record(z.string(), z.object({ pictures: z.string(), share: z.number().min(0).max(1) })),
  /** When the summary was written that this record is made from. A job of the command line may have run again since. */
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

/** null if there is no record, or none that the studio has written. */
export async function readRecord(job: Beneath): Promise<JobRecord | null> {
  const text = await readJobText(job, recordPath, maxRecordBytes)
  return text === null ? null : (jobRecordSchema.safeParse(parseJson(text)).data ?? null)
}

export async function writeRecord(job: Beneath, record: JobRecord): Promise<void> {
  await job.makeFolder(studioFolder)
  await job.write(recordPath, `${JSON.stringify(record, null, 1)}\n`)
}
