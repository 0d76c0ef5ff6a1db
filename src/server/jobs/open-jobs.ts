import { join } from 'node:path'
import type { Trust } from '../../config/trust/trust.ts'
import type { StudioSettings } from '../../contract/api/api-jobs.ts'
import type { IsolateMode } from '../../kometa/isolation/isolation.ts'
import { openRemembered } from '../../run/reuse/remembered.ts'
import type { Closers } from '../closers.ts'
import type { KometaWatch } from '../connect/kometa-state.ts'
import type { ReachOf } from '../connect/studio-reach.ts'
import { type JsonFile, openJsonFile } from '../json-file.ts'
import type { StudioEvents } from '../studio-events.ts'
import { closeFolders } from './files/close-folders.ts'
import { createSummaryReader, type ReadSummary } from './files/read-summary.ts'
import { createJournalPast, type JournalPast } from './journal/journal-past.ts'
import { createJobRunner, type JobRunner } from './runner/job-runner.ts'
import { createLiveJobs } from './runner/live-jobs.ts'
import { type AgeClock, createAgeClock, seenTimeSchema } from './store/age-clock.ts'
import { type JobStore, openJobStore } from './store/job-store.ts'
import { createPruner, newestTime, type Prune } from './store/prune-jobs.ts'
import { markInterrupted } from './store/recover-jobs.ts'
import { createDifferences, type Differences } from './view/differences.ts'
import { createPictureFinder, type PictureFinder } from './view/job-pictures.ts'
import { toEntry } from './view/job-view.ts'

export interface JobParts {
  store: JobStore
  runner: JobRunner
  past: JournalPast
  readSummary: ReadSummary
  pictures: PictureFinder
  differences: Differences
  prune: Prune
  /** The clock for the ages of jobs. */
  ages: AgeClock
}

export interface OpenJobsDeps {
  dataDir: string
  /** The studio's own folder in the data folder. */
  studioDir: string
  /** Job folders elsewhere. */
  others: readonly string[]
  settings: JsonFile<StudioSettings>
  secretKeepMs(): number
  trust: Trust
  reachOf: ReachOf
  kometa: KometaWatch
  isolate: IsolateMode
  env: NodeJS.ProcessEnv
  events: StudioEvents
  onFailure(error: unknown): void
}

const tidyEveryMs = 3_600_000

/** Opens the jobs of the data folder, and puts right what an earlier studio has left. */
export async function openJobs(deps: OpenJobsDeps, closers: Closers): Promise<JobParts> {
  const { dataDir, studioDir, settings, trust, env, events, onFailure } = deps
  const readSummary = createSummaryReader()
  const past = createJournalPast()
  const pictures = createPictureFinder()
  const differences = createDifferences(pictures)
  const live = createLiveJobs()
  const store = await openJobStore({
    folder: join(dataDir, 'jobs'),
    beforeRemove: (dir) => trust.vault.forget(dir),
    others: deps.others,
    readSummary,
    onFailure,
    onChange(record) {
      const secretsKeptUntil = trust.vault.keptUntil(store.dirOf(record.id))
      events.job(toEntry(record, { queuePlace: live.placeOf(record.id), secretsKeptUntil }))
    },
    onRemove: (jobId) => events.send({ type: 'job-removed', jobId }),
  })
  const remembered = closers.own(await openRemembered(join(dataDir, 'workspaces'), { lasting: true }))
  const ages = createAgeClock({
    seen: await openJsonFile(join(studioDir, 'seen-time.json'), seenTimeSchema, { seenAtMs: 0 }, onFailure),
    newestRecordMs: () => newestTime(store.list()),
    onFailure,
  })
  const isLive = (id: string) => live.find(id) !== undefined
  const prune = createPruner({ store, settings, ages, isLive, onFailure })
  const runner = closers.own(
    createJobRunner({
      ...{ store, live, past, trust, readSummary, differences, remembered, dataDir, env, onFailure },
      reachOf: deps.reachOf,
      renderer: deps.kometa.renderer,
      isolate: deps.isolate,
      onEnd: () => void prune().catch(onFailure),
    }),
  )
  await store.scan()
  await markInterrupted(store, past, onFailure)
  await closeFolders(store, onFailure)
  await tidyRegularly(deps, prune, closers)
  return { store, runner, past, readSummary, pictures, differences, prune, ages }
}

/** Removes secrets and jobs whose time is over: now, and every hour. */
async function tidyRegularly(
  { trust, secretKeepMs, onFailure }: OpenJobsDeps,
  prune: Prune,
  closers: Closers,
): Promise<void> {
  const tidy = async () => {
    await trust.vault.tidy(secretKeepMs())
    await prune()
  }
  await tidy()
  const timer = setInterval(() => void tidy().catch(onFailure), tidyEveryMs)
  timer.unref()
  closers.add(async () => clearInterval(timer))
}
