import { request } from 'undici'
import { atMost, type BenchOptions, beside, type Figures, median, shuffled } from './figures.ts'
import type { Scan } from './listing-peer.ts'
import { startPeer } from './peer.ts'

const headers = { 'x-plex-token': 'benchClientToken0123456789', accept: '*/*', 'x-plex-container-start': '0' }
/** Kometa asks for the whole library in several ways, and each of them streams one more listing through the proxy. */
const questions = ['type=1', 'includeGuids=1&type=1', 'type=1&sort=titleSort']
const saxesShare = 10

type InProcess = Scan & { startBytes: number; peakBytes: number }

/** How fast a listing is cut down to the scope, and how much memory that takes. Each figure has its own process. */
export async function measureListing({ rounds, large, scratch }: BenchOptions): Promise<Figures> {
  using origin = await startPeer<{ url: string }>('listing-peer', ['origin', String(large)])
  const { url } = origin.hello
  const scans: Record<string, () => Promise<InProcess>> = {
    xml: () => measured(['xml', String(large)]),
    saxes: () => measured(['saxes', String(Math.ceil(large / saxesShare))]),
    dropped: () => measured(['dropped', String(large), url]),
  }
  const all = new Map<string, InProcess[]>()
  const jobs: Job[] = []
  for (let round = 0; round < rounds; round++) {
    const sides = [...Object.keys(scans), 'job']
    for (const name of shuffled(sides)) {
      const scan = scans[name]
      if (scan) all.set(name, [...(all.get(name) ?? []), await scan()])
      else jobs.push(await throughJob(url, large, `${scratch}/${round}`))
    }
  }
  const of = (name: string, what: keyof InProcess) => median((all.get(name) ?? []).map((one) => one[what]))
  const mb = 1_000_000
  const bytes = of('xml', 'bytes')
  return {
    title: `A listing of ${large.toLocaleString('en')} items (${Math.round(bytes / mb)} MB), cut down to 3`,
    rows: [
      atMost('filtering it, XML', of('xml', 'ms') / 1_000, 0.6, 's'),
      beside(`saxes, ${saxesShare} times a tenth of it`, (of('saxes', 'ms') * saxesShare) / 1_000, 's'),
      beside('through the proxy, from request to answer', median(jobs.flatMap(({ ms }) => ms)) / 1_000, 's'),
      beside('peak memory of proxy, scope and memory alone', median(jobs.map((job) => job.peakBytes)) / mb, 'MB'),
      beside('the same before the first listing', median(jobs.map((job) => job.startBytes)) / mb, 'MB'),
      beside('peak memory of undici alone that reads it and drops it', of('dropped', 'peakBytes') / mb, 'MB'),
      beside('the same before it reads', of('dropped', 'startBytes') / mb, 'MB'),
    ],
    details: { scans: Object.fromEntries(all), jobs },
  }
}

async function measured(args: string[]): Promise<InProcess> {
  using peer = await startPeer<InProcess>('listing-peer', args)
  return peer.hello
}

interface Job {
  /** How long each listing took. */
  ms: number[]
  startBytes: number
  peakBytes: number
}

async function throughJob(origin: string, items: number, folder: string): Promise<Job> {
  const args = [String(items), origin, folder]
  using peer = await startPeer<{ url: string; startBytes: number }>('listing-job', args)
  const ms: number[] = []
  for (const question of questions) {
    const startedAt = performance.now()
    const asked = { ...headers, 'x-plex-container-size': String(items) }
    const answer = await request(`${peer.hello.url}/library/sections/1/all?${question}`, { headers: asked })
    const text = await answer.body.text()
    ms.push(performance.now() - startedAt)
    if (!/<MediaContainer size="3"/.test(text))
      throw new Error(`no scoped listing: ${answer.statusCode} ${text.slice(0, 200)}`)
  }
  const strategy = await peer.ask<string>('strategy')
  if (strategy !== 'filter') throw new Error(`the strategy was ${strategy}`)
  return { ms, startBytes: peer.hello.startBytes, peakBytes: await peer.ask<number>('peak') }
}
