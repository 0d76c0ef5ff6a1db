import type { Trust } from '../../../config/trust/trust.ts'
import type { ImageRef } from '../../../contract/api/api-common.ts'
import { AppError } from '../../../contract/errors.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { IsolateMode } from '../../../kometa/isolation/isolation.ts'
import type { Renderer } from '../../../run/kometas/renderer.ts'
import type { Remembered } from '../../../run/reuse/remembered.ts'
import { runJob } from '../../../run/run.ts'
import type { ReachOf } from '../../connect/studio-reach.ts'
import { problemOfFailure } from '../../http/request-problem.ts'
import { loadConfigOf } from '../config/stored-config.ts'
import { tell } from '../journal/tell-events.ts'
import type { JobStore } from '../store/job-store.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { imageOfCapture, maxListedPictures } from '../view/job-view.ts'
import { cancelledByUser, type LiveJob } from './live-jobs.ts'

export interface RunLiveJobDeps {
  trust: Trust
  reachOf: ReachOf
  store: JobStore
  renderer(): Promise<Renderer>
  isolate: IsolateMode
  remembered: Remembered
  dataDir: string
  env: NodeJS.ProcessEnv
  onFailure(error: unknown): void
}

export type JobEnd = Pick<JobRecord, 'status' | 'problem'>

/** Runs a job to its end. Never throws: a job that fails has a problem, in words. */
export async function runLiveJob(job: LiveJob, record: JobRecord, deps: RunLiveJobDeps): Promise<JobEnd> {
  const { signal } = job.abort
  try {
    return { status: await runToSummary(job, record, deps), problem: null }
  } catch (error) {
    if (signal.aborted) return { status: isCancelled(job) ? 'cancelled' : 'failed', problem: null }
    if (!(error instanceof AppError)) deps.onFailure(error)
    return { status: 'failed', problem: problemOfFailure(error) }
  }
}

/** Cancelled by the user, and not because the studio ends. */
export const isCancelled = ({ abort }: LiveJob): boolean => abort.signal.reason === cancelledByUser

async function runToSummary(job: LiveJob, record: JobRecord, deps: RunLiveJobDeps): Promise<JobRecord['status']> {
  const { id, stream, abort } = job
  const { store, env, trust, reachOf } = deps
  const files = store.filesOf(id)
  const renderer = await deps.renderer()
  const { dir: kometaDir, readYaml } = renderer
  const config = await loadConfigOf(record, files, { env, trust, reachOf, kometaDir, readYaml })
  abort.signal.throwIfAborted()
  const known = await store.update(id, { renderer: renderer.kind })
  const onEvent = (event: JobEvent): void => {
    tell(stream, known, event)
    if (event.type === 'capture' && event.targetId !== null) listPicture(id, imageOfCapture(event.capture), deps)
  }
  const summary = await runJob({
    config,
    jobDir: store.dirOf(id),
    specs: [],
    renderer,
    isolate: deps.isolate,
    dataDir: deps.dataDir,
    keepWorkspace: false,
    scoped: true,
    writeJobFile: known.config.kind === 'path' && !known.config.edited,
    remembered: deps.remembered,
    fresh: known.fresh,
    env,
    signal: abort.signal,
    onEvent,
    onLine: () => undefined,
  })
  return summary.status
}

/** While a job runs, the list shows its first pictures; when it ends, they are chosen from its summary. */
function listPicture(id: string, image: ImageRef | null, { store, onFailure }: RunLiveJobDeps): void {
  const pictures = store.find(id)?.pictures ?? []
  const isListed = pictures.length >= maxListedPictures || pictures.some(({ sha256 }) => sha256 === image?.sha256)
  if (image && !isListed) void store.update(id, { pictures: [...pictures, image] }).catch(onFailure)
}
