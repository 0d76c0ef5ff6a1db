import { jobFolders } from '../../../run/job-folder/job-folder.ts'
import { isJobRunning } from '../../../run/job-folder/job-lock.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { parseJson } from '../../../util/parse-json.ts'
import { jobBytes, nullIfUnreadable, readJobText } from '../files/job-files.ts'
import type { SummaryFile } from '../files/read-summary.ts'
import { digestOf, titleOf } from '../view/job-view.ts'
import { type JobRecord, jobRecordSchema, newRecord } from './studio-job-record.ts'

const maxPreviewBytes = 4 * 1024 * 1024

/** The record of a job of the command line, from its summary. */
export async function adoptJob(
  id: string,
  job: Beneath,
  { summary, writtenAt }: SummaryFile,
  known: JobRecord | null,
): Promise<JobRecord> {
  // Anybody may have written the summary, so the number is checked.
  const { total = -1 } = summary.durations_ms
  const record = newRecord({
    id,
    title: titleOf(summary.targets.map(({ title }) => title)),
    status: summary.status,
    createdAt: summary.started_at ?? new Date(writtenAt).toISOString(),
    startedAt: summary.started_at,
    endedAt: summary.timestamp,
    durationMs: total >= 0 ? Math.round(total) : null,
    origin: 'command',
    config: await readPreview(job),
    targets: summary.targets.map((target) => ({
      id: target.id,
      server: target.server,
      ratingKey: target.rating_key,
      title: target.title,
      type: target.type,
      library: target.library,
      mapping: target.library,
    })),
    renderer: summary.renderer,
    keep: known?.keep ?? false,
    differences: known?.differences ?? {},
    summaryAt: writtenAt,
    bytes: await jobBytes(job),
  })
  return jobRecordSchema.parse({ ...record, ...digestOf(record, summary) })
}

/** The record of a folder without a summary: the command line is running there, or it died there. */
export async function describeUnfinished(id: string, job: Beneath, known: JobRecord | null): Promise<JobRecord | null> {
  const info = await job.look(jobFolders.logs)
  if (!info) return null
  const isRunning = await isJobRunning(job).catch(nullIfUnreadable)
  return newRecord({
    ...known,
    id,
    title: known?.title ?? 'A job of the command line',
    status: isRunning ? 'running' : 'interrupted',
    createdAt: known?.createdAt ?? info.birthtime.toISOString(),
    origin: 'command',
    config: known?.config ?? (await readPreview(job)),
    targets: known?.targets ?? [],
    renderer: 'kometa',
    summaryAt: null,
  })
}

/** `run --config` writes the path of the config into its job. Other jobs can only be repeated on the command line. */
async function readPreview(job: Beneath): Promise<JobRecord['config']> {
  const text = (await readJobText(job, 'config/preview.yml', maxPreviewBytes)) ?? ''
  const heading = text.search(/^# Written by kometa-preview\./m)
  const [, written] = (heading < 0 ? null : /^ {2}config: (.+)$/m.exec(text.slice(heading))) ?? []
  const path = written?.startsWith('"') ? parseJson(written) : written
  if (typeof path !== 'string') return { kind: 'unknown', name: 'preview.yml', path: null, edited: false }
  return { kind: 'path', name: path.split(/[\\/]/).at(-1) ?? path, path, edited: false }
}
