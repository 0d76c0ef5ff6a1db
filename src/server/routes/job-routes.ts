import type { JobDetail, JobEntry } from '../../contract/api/api-jobs.ts'
import { thumbnailWidths } from '../../contract/api/api-paths.ts'
import { imageMediaTypes } from '../../contract/kinds.ts'
import { titleWithYear } from '../../plex/items/item.ts'
import { onText } from '../foreign-text/on-text.ts'
import { notFound, RequestProblem } from '../http/request-problem.ts'
import type { Handlers } from '../http/router.ts'
import { disposition, sendFile, webStream } from '../http/send-file.ts'
import { type JobText, readJobTextOf } from '../jobs/config/config-to-edit.ts'
import { isLocal } from '../jobs/config/stored-config.ts'
import { zipPictures } from '../jobs/files/job-zip.ts'
import { readWholeLog } from '../jobs/files/whole-log.ts'
import { replayPast } from '../jobs/journal/job-stream.ts'
import { describeSafety } from '../jobs/safety/job-safety.ts'
import { rerunJob, startJob } from '../jobs/start/start-job.ts'
import { isInUse } from '../jobs/store/job-store.ts'
import { prunableJobs } from '../jobs/store/prune-jobs.ts'
import type { JobRecord } from '../jobs/store/studio-job-record.ts'
import { toDetail, toEntry } from '../jobs/view/job-view.ts'
import { limits } from '../limits.ts'
import { openThumbnail } from '../pictures/thumbnails.ts'
import type { StudioParts } from './studio-parts.ts'

type Names =
  | 'listJobs'
  | 'startJob'
  | 'pruneJobs'
  | 'getJob'
  | 'updateJob'
  | 'deleteJob'
  | 'cancelJob'
  | 'rerunJob'
  | 'getJobConfig'
  | 'getJobSafety'
  | 'getLogLines'
  | 'jobEvents'
  | 'jobLog'
  | 'jobZip'
  | 'jobImage'
  | 'jobDifference'
  | 'getSettings'
  | 'updateSettings'

/** The Run, Compare, Safety and Jobs screens. */
export function jobRoutes(parts: StudioParts): Handlers<Names> {
  const { store, runner, connections, settings } = parts

  const required = (jobId: string): JobRecord => {
    const record = store.find(jobId)
    if (record) return record
    throw notFound('There is no such job; it may have been deleted.')
  }
  const factsOf = ({ id }: JobRecord) => ({
    queuePlace: runner.queuePlace(id),
    secretsKeptUntil: parts.start.trust.vault.keptUntil(store.dirOf(id)),
  })
  const entry = (record: JobRecord): JobEntry => toEntry(record, factsOf(record))
  const filesOf = async (record: JobRecord) => {
    const job = store.filesOf(record.id)
    // While a job runs again in its folder, the summary there is of the earlier run.
    const isActive = record.status === 'running' || record.status === 'queued'
    const summary = isActive ? null : ((await parts.readSummary(job))?.summary ?? null)
    // A summary tells all that the events have told: they are read only where there is none.
    const { state, lastEventId } = await runner.stateOf(record, summary === null)
    return { job, state, lastEventId, summary }
  }
  const detail = async (record: JobRecord): Promise<JobDetail> => {
    const { state, lastEventId, summary } = await filesOf(record)
    return toDetail({ record, facts: factsOf(record), summary, state, lastEventId, folder: store.dirOf(record.id) })
  }

  return {
    async listJobs() {
      await store.scan()
      const jobs = store.list().toSorted(byUrgency(runner.queuePlace)).slice(0, limits.maxListedJobs).map(entry)
      return { jobs, bytes: store.list().reduce((sum, { bytes }) => sum + bytes, 0) }
    },
    async startJob({ body }) {
      // What runs is what is there now: the file, and the Plex that it names.
      await connections.refresh()
      return detail(await startJob(body, connections.required(), parts.start))
    },
    pruneJobs: () => parts.prune(),
    async getJob({ params }) {
      if (!store.find(params.jobId)) await store.scan()
      return detail(required(params.jobId))
    },
    async updateJob({ params, body }) {
      const record = { ...required(params.jobId), keep: body.keep }
      await store.save(record)
      return entry(record)
    },
    async deleteJob({ params }) {
      const record = required(params.jobId)
      if (record.status === 'running' || record.status === 'queued' || runner.stream(record.id)) {
        throw new RequestProblem(409, 'JOB_ACTIVE', 'This job is not over yet.', { hint: 'Cancel it first.' })
      }
      try {
        await store.remove(record.id)
      } catch (error) {
        if (!isInUse(error)) throw error
        throw new RequestProblem(409, 'JOB_ACTIVE', 'The command line runs this job just now.', {
          hint: 'Wait until it has ended.',
        })
      }
      return undefined
    },
    cancelJob: async ({ params }) => entry(await runner.cancel(required(params.jobId).id)),
    rerunJob: async ({ params, body }) => detail(await rerunJob(required(params.jobId), body, parts.start)),
    async getJobConfig({ params }) {
      const record = required(params.jobId)
      const { name, edited } = record.config
      const { trust, readUserConfig } = parts.start
      const job = await readJobTextOf(record, store.filesOf(record.id), { vault: trust.vault, readUserConfig })
      const secretsKeptUntil = job.keptUntil?.toISOString() ?? null
      return { text: job.text, name, edited, secretsKeptUntil, missingSecrets: await missingIn(record, job) }
    },
    async getJobSafety({ params }) {
      const record = required(params.jobId)
      const { job, summary } = await filesOf(record)
      const titleOf = (server: string, key: string): string | null => {
        const target = record.targets.find((one) => one.server === server && one.ratingKey === key)
        const known = target ? undefined : parts.index.catalogue().find(server, key)
        return target?.title ?? (known ? titleWithYear(known.item) : null)
      }
      return describeSafety({ job, summary, titleOf })
    },
    getLogLines: ({ params, query: { before, limit: count } }) =>
      parts.past.logLines(store.filesOf(required(params.jobId).id), { before, count }),
    jobEvents({ params, query, context }) {
      const record = required(params.jobId)
      const known = /^\d{1,12}$/.exec(context.req.header('last-event-id') ?? '')?.[0]
      const after = known === undefined ? (query.after ?? 0) : Number(known)
      const options = { after, lines: query.lines }
      return parts.streams.open(context, (listener) => {
        const stream = runner.stream(record.id)
        if (stream) return stream.listen(listener, options)
        const { past, onFailure } = parts
        return replayPast({ job: store.filesOf(record.id), past }, listener, { ...options, onFailure })
      })
    },
    async jobLog({ params }) {
      const record = required(params.jobId)
      const log = await readWholeLog(store.filesOf(record.id))
      return new Response(webStream(log), {
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'cache-control': 'no-store',
          'content-disposition': disposition(`${record.id}.log.txt`),
        },
      })
    },
    async jobZip({ params }) {
      const record = required(params.jobId)
      return new Response(await zipPictures(store.filesOf(record.id), record.id), {
        headers: {
          'content-type': 'application/zip',
          'cache-control': 'no-store',
          'content-disposition': disposition(`${record.id}.zip`),
        },
      })
    },
    async jobImage({ params, query, signal, context }) {
      const files = await filesOf(required(params.jobId))
      const picture = await parts.pictures.find(files.job, params.sha256, files)
      if (query.w !== undefined) {
        const width = thumbnailWidths.find((one) => one === query.w)
        if (width === undefined) throw new RequestProblem(400, 'BAD_REQUEST', 'There are no pictures of this width.')
        const fetch = () => files.job.read(picture.path, limits.maxJobPictureBytes)
        const small = await parts.thumbnails.get({ key: params.sha256, width, fetch }, signal)
        return sendFile(await openThumbnail(small), context.req.raw, {
          type: 'image/webp',
          etag: small.etag,
          immutable: true,
        })
      }
      return sendFile(await files.job.open(picture.path, 'read'), context.req.raw, {
        type: imageMediaTypes[picture.type],
        etag: `"${params.sha256}"`,
        immutable: true,
        download: query.name === undefined ? undefined : `${query.name.replace(/\.\w{1,5}$/, '')}.${picture.type}`,
      })
    },
    async jobDifference({ params, signal, context }) {
      const record = required(params.jobId)
      const files = await filesOf(record)
      const target = (await detail(record)).targets.find(({ id }) => id === params.targetId)
      if (!target) throw notFound('There is no such target in this job.')
      const { path, etag } = await parts.differences.heatMap(files, target, signal)
      return sendFile(await files.job.open(path, 'read'), context.req.raw, {
        type: 'image/png',
        etag,
        immutable: false,
      })
    },
    getSettings: () => describeSettings(parts),
    async updateSettings({ body }) {
      await settings.set(body)
      await parts.start.trust.vault.tidy(parts.start.secretKeepMs())
      return describeSettings(parts)
    },
  }
}

/** A config that is used where it stands has its secrets there. */
const missingIn = async (record: JobRecord, job: JobText) =>
  isLocal(record) ? onText('missing', job.text, job.masks) : []

/** Running first, then queued in their order, then the newest. */
function byUrgency(placeOf: (id: string) => number | null) {
  const rank = (record: JobRecord) =>
    record.status === 'running' ? 0 : record.status === 'queued' ? (placeOf(record.id) ?? 1) : Number.MAX_SAFE_INTEGER
  return (a: JobRecord, b: JobRecord) => rank(a) - rank(b) || (a.createdAt < b.createdAt ? 1 : -1)
}

async function describeSettings({ settings, store, thumbnails, indexStore, dataDir, ages }: StudioParts) {
  const records = store.list()
  const gone = prunableJobs(
    records.filter(({ id }) => store.isOurs(id)),
    settings.get(),
    ages.now(),
  )
  const sum = (list: readonly JobRecord[]) => list.reduce((total, { bytes }) => total + bytes, 0)
  return {
    settings: settings.get(),
    usage: {
      jobs: records.length,
      jobBytes: sum(records),
      thumbnailBytes: await thumbnails.bytes(),
      indexBytes: await indexStore.bytes(),
      prunable: { jobs: gone.length, bytes: sum(gone) },
    },
    dataFolder: dataDir,
  }
}
