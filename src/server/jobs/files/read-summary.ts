import { z } from 'zod'
import { serverIdSchema, sha256Schema } from '../../../contract/api/api-common.ts'
import { phaseSchema } from '../../../contract/api/api-jobs.ts'
import { configFaultSchema, emptySearchSchema } from '../../../contract/faults.ts'
import { ratingKeySchema, targetIdSchema } from '../../../contract/preview.ts'
import { blockedWriteSchema, captureSchema, refusedReadSchema } from '../../../contract/records.ts'
import { jobStatusSchema, targetResultSchema } from '../../../contract/summary.ts'
import { summaryPath } from '../../../run/job-folder/checksums.ts'
import { fingerprintPath } from '../../../run/verify/verification.ts'
import { type Beneath, isUnsafePath } from '../../../util/beneath/beneath.ts'
import { parseJson } from '../../../util/parse-json.ts'
import { readJobText } from './job-files.ts'

const list = <T extends z.ZodType>(one: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((values) => values.flatMap((value) => one.safeParse(value).data ?? []) as z.output<T>[])

/**
 * The schema with one change: a field that may be absent, null or empty gets that value if its own value is missing, or
 * is one that this version does not know. So no target of an older or newer version vanishes because of one field.
 */
function forgiving<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>): z.ZodObject<Shape> {
  const shape = Object.entries(schema.shape).map(([name, field]) => {
    const unknown = [undefined, null, []].find((value) => z.safeParse(field, value).success)
    const isNeeded = unknown === undefined && !z.safeParse(field, undefined).success
    return [name, isNeeded ? field : z.catch(field, unknown)]
  })
  return z.object(Object.fromEntries(shape)) as z.ZodObject<Shape>
}

const picture = targetResultSchema.shape.before.unwrap().extend({ sha256: sha256Schema }).nullable().catch(null)
/** A target id becomes a file name when the job is run again, so a target with an unsafe id is left out. */
const target = forgiving(targetResultSchema).extend({
  id: targetIdSchema,
  rating_key: ratingKeySchema.nullable().catch(null),
  server: serverIdSchema.nullable().catch(null),
  before: picture,
  after: picture,
})
const capture = captureSchema.extend({ sha256: sha256Schema.nullable().catch(null) })
const time = z.iso.datetime().nullable().catch(null)

/**
 * What the studio shows of a summary. Of a summary of an older or newer version, it shows the fields that are there.
 */
const shownSummarySchema = z.object({
  timestamp: time,
  started_at: time,
  status: jobStatusSchema,
  problems: list(z.string()),
  warnings: list(z.string()),
  config_faults: list(configFaultSchema),
  empty_searches: list(emptySearchSchema),
  renderer: z.enum(['kometa', 'sample']).catch('kometa'),
  kometa: z
    .object({ version: z.string().nullable(), commit: z.string().nullable(), supported: z.boolean() })
    .nullable()
    .catch(null),
  kometa_runs: list(z.object({ stopped_in: phaseSchema.nullable().catch(null) })),
  servers: list(z.object({ id: z.string(), name: z.string(), token_is_barrier: z.boolean() })),
  blocked_write_attempts: list(blockedWriteSchema),
  captured_uploads: list(capture),
  targets: list(target),
  extras: list(z.object({ rating_key: z.string().nullable(), saved_path: z.string().nullable(), reason: z.string() })),
  refused_reads: list(refusedReadSchema),
  config_changes: list(z.string()),
  gate: z
    .object({
      hosts: list(
        z.object({
          host: z.string(),
          verdict: z.enum(['pass', 'block']),
          reason: z.string(),
          count: z.int(),
          bytes_up: z.int(),
          bytes_down: z.int(),
        }),
      ),
    })
    .nullable()
    .catch(null),
  ledger: z
    .object({ head: z.string(), count: z.number(), uncounted_reads: z.number(), files: z.array(z.string()) })
    .nullable()
    .catch(null),
  isolation: z
    .object({
      mode: z.enum(['namespace', 'none']),
      why: z.string(),
      ways: z
        .array(z.object({ closed: z.boolean(), words: z.string() }))
        .nullable()
        .catch(null),
    })
    .nullable()
    .catch(null),
  verification: z
    .object({
      writes_forwarded: z.number(),
      blocked: z.number(),
      unchanged: z.union([z.boolean(), z.literal('unknown')]),
      why: z.string(),
      differences: list(z.object({ title: z.string(), field: z.string(), explanation: z.string() })),
    })
    .nullable()
    .catch(null),
  durations_ms: z.record(z.string(), z.number()).catch({}),
})
export type ShownSummary = z.infer<typeof shownSummarySchema> & {
  /** `<server> <ratingKey>` -> the item's labels before the run, as far as they are known. */
  labelsBefore: ReadonlyMap<string, readonly string[]>
}

const fingerprintSchema = z.object({
  before: z.object({
    items: list(z.object({ server: z.string(), rating_key: z.string(), labels: z.array(z.string()) })),
  }),
})

async function readLabels(job: Beneath): Promise<ShownSummary['labelsBefore']> {
  const text = await readJobText(job, fingerprintPath, maxBytes)
  const items = text === null ? [] : (fingerprintSchema.safeParse(parseJson(text)).data?.before.items ?? [])
  return new Map(items.map(({ server, rating_key: key, labels }) => [`${server} ${key}`, labels]))
}

export interface SummaryFile {
  summary: ShownSummary
  /** The time when it was written, in ms since 1970. */
  writtenAt: number
}

/** Parsed summaries that are kept in memory. With 500 targets, a summary has some megabytes. */
const maxKept = 8
const maxBytes = 64 * 1024 * 1024

/** Reads `output/summary.json` of a job; null if it is missing or cannot be read. */
export type ReadSummary = (job: Beneath) => Promise<SummaryFile | null>

export function createSummaryReader(): ReadSummary {
  const kept = new Map<string, SummaryFile>()
  return async (job) => {
    const path = job.shown(summaryPath)
    const info = await job.look(summaryPath).catch((error: unknown) => {
      if (isUnsafePath(error)) return null
      throw error
    })
    if (!info) {
      kept.delete(path)
      return null
    }
    const known = kept.get(path)
    if (known?.writtenAt === info.mtimeMs) return known
    const text = await readJobText(job, summaryPath, maxBytes)
    const parsed = text === null ? null : shownSummarySchema.safeParse(parseJson(text))
    if (!parsed?.success) return null
    const file = { summary: { ...parsed.data, labelsBefore: await readLabels(job) }, writtenAt: info.mtimeMs }
    kept.delete(path)
    kept.set(path, file)
    for (const oldest of kept.keys()) {
      if (kept.size <= maxKept) break
      kept.delete(oldest)
    }
    return file
  }
}
