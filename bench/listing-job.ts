import { setTimeout as wait } from 'node:timers/promises'
import '../src/cli/run.ts'
import { createMemoStore } from '../src/proxy/memo/memo-store.ts'
import { createReadLayers } from '../src/proxy/memo/read-layers.ts'
import type { ScopeReport } from '../src/proxy/scope/scope.ts'
import { wantedOf } from './listing-data.ts'
import { serveWords } from './peer.ts'
import { startBenchProxy } from './start-proxy.ts'

/**
 * A process that filters a listing as a job does, but without Kometa: `listing-job ITEMS URL FOLDER`. It answers the
 * words `peak` and `strategy`.
 */
const [, , count = '', upstream = '', folder = ''] = process.argv

/** Starts what a job has between Kometa and Plex. This process loads the same modules as `kometa-preview run`. */
async function startJob(): Promise<{ url: string; report(): ScopeReport | undefined }> {
  const store = await createMemoStore(`${folder}/memory`)
  const targets = [...wantedOf(Number(count))].map((ratingKey) => ({
    ...{ ratingKey, type: 'movie' as const, sectionId: '1', title: `Film number ${ratingKey}`, addedAt: 1577880000 },
    ...{ parentTitle: null, grandparentTitle: null, parentRatingKey: null, grandparentRatingKey: null },
    ...{ labels: [], thumb: null },
  }))
  let layers: ReturnType<typeof createReadLayers> | undefined
  const { proxy } = await startBenchProxy(upstream, folder, ({ connection, recorder, captures }) => {
    layers = createReadLayers({
      ...{ connection, recorder, captures, store, serverId: 'bench', targets, ancestors: [], scope: 'on' },
    })
    return layers.wrapReads
  })
  void layers?.start()
  return { url: proxy.url, report: () => layers?.scope?.report() }
}

const job = await startJob()
// A job waits while Kometa starts, and V8 can free what loading the modules allocated. So this process waits, too.
await wait(200)
serveWords(
  { url: job.url, startBytes: process.memoryUsage().rss },
  {
    peak: () => process.resourceUsage().maxRSS * 1024,
    strategy: () => job.report()?.scope_strategy,
  },
)
