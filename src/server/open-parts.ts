import { join, resolve } from 'node:path'
import { openTrust } from '../config/trust/trust.ts'
import type { KometaState } from '../contract/api/api-connect.ts'
import { settingsSchema } from '../contract/api/api-jobs.ts'
import { AppError } from '../contract/errors.ts'
import { makeUsableFolder } from '../run/inputs/usable-folder.ts'
import { acquireJobLock } from '../run/job-folder/job-lock.ts'
import { openBeneath } from '../util/beneath/beneath.ts'
import type { Closers } from './closers.ts'
import { createConnections } from './connect/current-connection.ts'
import { createAllowedFolders } from './connect/folders.ts'
import { watchKometa } from './connect/kometa-state.ts'
import { readConfigText } from './connect/read-config-text.ts'
import { createStudioReach } from './connect/studio-reach.ts'
import { readInThread } from './foreign-text/on-text.ts'
import { createEventStreams } from './http/event-stream.ts'
import { createSessions } from './http/session.ts'
import { openJobs } from './jobs/open-jobs.ts'
import { openJsonFile } from './json-file.ts'
import { createIndexStore } from './library/index-store.ts'
import { createItemIndex } from './library/item-index.ts'
import { createItemQueries } from './library/query-items.ts'
import { createThumbnails } from './pictures/thumbnails.ts'
import type { StudioParts } from './routes/studio-parts.ts'
import { openSavedSets } from './saved-sets.ts'
import { createStudioEvents } from './studio-events.ts'
import type { StudioOptions } from './studio-options.ts'

const defaultSettings = { maxAgeDays: 30, maxJobs: 200, maxBytes: 20_000_000_000, secretHours: 24 }
/** Folders of our own that hold texts from a browser: nobody may choose a config there. */
const closedFolders = ['jobs', 'studio', 'workspaces', 'proxy']

/** Opens everything that the routes work with. `closers` gets what must be closed at the end. */
export async function openParts(options: StudioOptions, closers: Closers): Promise<StudioParts> {
  const { env, version, allowedFolders } = options
  const dataDir = resolve(options.dataDir)
  const studioDir = join(dataDir, 'studio')
  await makeUsableFolder(studioDir)
  closers.own(await lockData(studioDir, dataDir))

  let scrub = (text: string): string => text
  const onFailure = (error: unknown) => options.onFailure?.(error, (text) => scrub(text))
  const settings = await openJsonFile(join(studioDir, 'settings.json'), settingsSchema, defaultSettings, onFailure)
  const secretKeepMs = () => settings.get().secretHours * 3_600_000
  const trust = openTrust(dataDir, readInThread)
  const closed = closedFolders.map((name) => join(dataDir, name))
  const folders = createAllowedFolders(allowedFolders, env, closed)
  const reachOf = createStudioReach({ allowedFolders, dataDir, env })
  const sessions = createSessions(options.password)
  const events = createStudioEvents()
  const onState = (state: KometaState) => events.send({ type: 'kometa', kometa: state })
  const kometa = watchKometa(options.makeRenderer, onState, onFailure)
  const indexStore = createIndexStore(join(dataDir, 'index'))
  const index = closers.own(
    createItemIndex({
      store: indexStore,
      onChange: (state) => events.send({ type: 'index', index: state }),
      onFailure,
    }),
  )
  const connections = closers.own(
    await createConnections({
      ...{ reachOf, dataDir, trust, env, folders, kometa, onFailure, remember: options.demo !== true },
      onChange(connection) {
        scrub = connection?.scrub ?? ((text) => text)
        index.connect(connection)
        events.send({ type: 'connection', connectionId: connection?.id ?? null })
      },
    }),
  )
  kometa.onFound(() => void connections.kometaFound().catch(onFailure))
  const jobs = await openJobs(
    {
      ...{ dataDir, studioDir, settings, secretKeepMs, trust, reachOf, kometa, env, events, onFailure },
      isolate: options.isolate ?? 'auto',
      others: options.jobFolders ?? [],
    },
    closers,
  )
  const { store, runner } = jobs

  return {
    ...{ version, dataDir, sessions, folders, kometa, connections, index, indexStore, settings, events, onFailure },
    ...jobs,
    demo: options.demo === true,
    queries: createItemQueries(),
    thumbnails: closers.own(createThumbnails(join(dataDir, 'thumbnails'))),
    sets: await openSavedSets(dataDir, onFailure),
    streams: createEventStreams(sessions.isSignedIn),
    start: {
      ...{ store, runner, env, trust, reachOf, secretKeepMs },
      readUserConfig: async (path) => readConfigText(await folders.config(path)),
      kometa: async () => {
        const { dir: kometaDir, readYaml } = await kometa.renderer()
        return { kometaDir, readYaml }
      },
      rendererKind: () => kometa.state().renderer,
    },
  }
}

/** Two studios on one data folder would each take the other's running jobs for jobs that died. */
async function lockData(studioDir: string, dataDir: string): Promise<AsyncDisposable> {
  try {
    return await acquireJobLock(openBeneath(studioDir))
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'JOB_IN_USE') throw error
    throw new AppError('JOB_IN_USE', `another Kometa Preview serves the data folder ${dataDir}`, {
      hint: 'Use that one, or give this one a folder of its own with --data.',
      cause: error,
    })
  }
}
