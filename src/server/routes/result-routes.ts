import { thumbnailWidths } from '../../contract/api/api-paths.ts'
import { imageMediaTypes } from '../../contract/kinds.ts'
import { titleWithYear } from '../../plex/items/item.ts'
import { onText } from '../foreign-text/on-text.ts'
import { notFound, RequestProblem } from '../http/request-problem.ts'
import type { Handlers, RouteInput } from '../http/router.ts'
import { disposition, sendFile, webStream } from '../http/send-file.ts'
import { readConfigToEdit } from '../jobs/config/config-to-edit.ts'
import { isLocal } from '../jobs/config/stored-config.ts'
import { zipPictures } from '../jobs/files/job-zip.ts'
import { readWholeLog } from '../jobs/files/whole-log.ts'
import { replayPast } from '../jobs/journal/follow-stream.ts'
import { describeSafety } from '../jobs/safety/job-safety.ts'
import type { JobRecord } from '../jobs/store/studio-job-record.ts'
import { limits } from '../limits.ts'
import { openThumbnail } from '../pictures/thumbnails.ts'
import { createJobReader, type JobReader } from './job-reader.ts'
import type { StudioParts } from './studio-parts.ts'

type Names =
  | 'getJobConfig'
  | 'getJobSafety'
  | 'getLogLines'
  | 'jobEvents'
  | 'jobLog'
  | 'jobZip'
  | 'jobImage'
  | 'jobDifference'

/** The Compare and Safety screens, and everything else that a job has brought. */
export function resultRoutes(parts: StudioParts): Handlers<Names> {
  const { store, past } = parts
  const reader = createJobReader(parts)
  const { required } = reader
  return {
    getJobConfig: ({ params }) => readJobConfig(required(params.jobId), parts),
    getJobSafety: ({ params }) => readSafety(required(params.jobId), reader, parts),
    getLogLines: ({ params, query: { before, limit: count } }) =>
      past.logLines(store.filesOf(required(params.jobId).id), { before, count }),
    jobEvents: ({ params, query, context }) => followJob(required(params.jobId), { query, context }, parts),
    async jobLog({ params }) {
      const { id } = required(params.jobId)
      const log = webStream(await readWholeLog(store.filesOf(id)))
      return download(log, { type: 'text/plain; charset=utf-8', name: `${id}.log.txt` })
    },
    async jobZip({ params }) {
      const { id } = required(params.jobId)
      return download(await zipPictures(store.filesOf(id), id), { type: 'application/zip', name: `${id}.zip` })
    },
    jobImage: (input) => sendPicture(required(input.params.jobId), input, reader, parts),
    async jobDifference({ params, signal, context }) {
      const record = required(params.jobId)
      const known = await reader.known(record)
      const target = (await reader.detail(record)).targets.find(({ id }) => id === params.targetId)
      if (!target) throw notFound('There is no such target in this job.')
      const { path, etag } = await parts.differences.heatMap(known, target, signal)
      const file = await known.job.open(path, 'read')
      return sendFile(file, context.req.raw, { type: 'image/png', etag, immutable: false })
    },
  }
}

async function readJobConfig(record: JobRecord, { store, start }: StudioParts) {
  const { name, edited } = record.config
  const { trust, readUserConfig } = start
  const job = await readConfigToEdit(record, store.filesOf(record.id), { vault: trust.vault, readUserConfig })
  const secretsKeptUntil = job.keptUntil?.toISOString() ?? null
  // A config that is used where it is has its secrets there.
  const missingSecrets = isLocal(record) ? await onText('missing', job.text, job.masks) : []
  return { text: job.text, name, edited, secretsKeptUntil, missingSecrets }
}

async function readSafety(record: JobRecord, reader: JobReader, { index }: StudioParts) {
  const { job, summary } = await reader.known(record)
  const titleOf = (server: string, key: string): string | null => {
    const target = record.targets.find((one) => one.server === server && one.ratingKey === key)
    const known = target ? undefined : index.catalogue().find(server, key)
    return target?.title ?? (known ? titleWithYear(known.item) : null)
  }
  return describeSafety({ job, summary, titleOf })
}

function followJob(
  { id }: JobRecord,
  { query, context }: Pick<RouteInput<'jobEvents'>, 'query' | 'context'>,
  { store, runner, streams, past, onFailure }: StudioParts,
): Response {
  // A browser that comes back tells in this header what it has got already.
  const known = /^\d{1,12}$/.exec(context.req.header('last-event-id') ?? '')?.[0]
  const after = known === undefined ? (query.after ?? 0) : Number(known)
  const options = { after, lines: query.lines }
  return streams.open(context, (listener) => {
    const stream = runner.stream(id)
    if (stream) return stream.listen(listener, options)
    return replayPast({ job: store.filesOf(id), past }, listener, { ...options, onFailure })
  })
}

async function sendPicture(
  record: JobRecord,
  { params, query, signal, context }: RouteInput<'jobImage'>,
  reader: JobReader,
  { pictures, thumbnails }: StudioParts,
): Promise<Response> {
  const known = await reader.known(record)
  const picture = await pictures.find(known.job, params.sha256, known)
  if (query.w === undefined) {
    return sendFile(await known.job.open(picture.path, 'read'), context.req.raw, {
      type: imageMediaTypes[picture.type],
      etag: `"${params.sha256}"`,
      immutable: true,
      download: query.name === undefined ? undefined : `${query.name.replace(/\.\w{1,5}$/, '')}.${picture.type}`,
    })
  }
  const width = thumbnailWidths.find((one) => one === query.w)
  if (width === undefined) throw new RequestProblem(400, 'BAD_REQUEST', 'There are no pictures of this width.')
  const read = () => known.job.read(picture.path, limits.maxJobPictureBytes)
  const small = await thumbnails.get({ key: params.sha256, width, fetch: read }, signal)
  const options = { type: 'image/webp', etag: small.etag, immutable: true }
  return sendFile(await openThumbnail(small), context.req.raw, options)
}

const download = (body: ReadableStream, { type, name }: { type: string; name: string }): Response =>
  new Response(body, {
    headers: {
      'content-type': type,
      'cache-control': 'no-store',
      'content-disposition': disposition(name),
    },
  })
