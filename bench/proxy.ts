import { Pool } from 'undici'
import { atLeast, atMost, type BenchOptions, beside, type Figures, median, shuffled } from './figures.ts'
import { startNginx } from './nginx.ts'
import { type Peer, startPeer } from './peer.ts'

const token = 'benchClientToken0123456789'
const smallPath = '/library/metadata/1'
const imagePath = '/library/metadata/1/thumb/1600000000'
const warmUps = 10_000
const reads = { oneByOne: 800, atOnce: 4_000, images: 40, perSlope: 10_000 }
/** Turns are short and many, because a shared machine is faster in one minute than in the next. */
const turnsPerRound = 5
const slopeBatches = 6

interface Side {
  name: string
  url: string
}

interface Memory {
  rss: number
  /** The memory on the heap and outside of it, after a garbage collection. */
  kept: number
}

/**
 * Compares our proxy, with policy and records, with no proxy, a bare undici relay, http-proxy-3 and (if it is
 * installed) nginx.
 */
export async function measureProxy({ rounds, scratch }: BenchOptions): Promise<Figures> {
  using origin = await startPeer<{ url: string }>('proxy-peer', ['origin'])
  const { url: upstream } = origin.hello
  using relay = await startPeer<{ url: string }>('proxy-peer', ['relay', upstream])
  using preview = await startPeer<{ url: string }>('proxy-peer', ['preview', upstream, scratch], ['--expose-gc'])
  using other = await startPeer<{ url: string }>('proxy-peer', ['http-proxy-3', upstream])
  using nginx = await startNginx(upstream, scratch)
  const sides: Side[] = [
    { name: 'straight', url: upstream },
    { name: 'relay', url: relay.hello.url },
    { name: 'ours', url: preview.hello.url },
    { name: 'http-proxy-3', url: other.hello.url },
    ...(nginx ? [{ name: 'nginx', url: nginx.url }] : []),
  ]
  const measured = new Map(sides.map(({ name }) => [name, { latency: [], rate: [], images: [] } as Measured]))
  const take = (name: string, what: keyof Measured, value: number) => measured.get(name)?.[what].push(value)
  for (const side of sides) await drive(side, smallPath, 32, warmUps)
  for (let turn = 0; turn < rounds * turnsPerRound; turn++) {
    for (const side of shuffled(sides)) {
      take(side.name, 'latency', (await drive(side, smallPath, 1, reads.oneByOne)).p50)
    }
    for (const side of shuffled(sides))
      take(side.name, 'rate', (await drive(side, smallPath, 32, reads.atOnce)).perSecond)
    for (const side of shuffled(sides))
      take(side.name, 'images', (await drive(side, imagePath, 4, reads.images)).perSecond)
  }
  const slope = await memorySlope(preview, { name: 'ours', url: preview.hello.url })
  return { title: 'The proxy', rows: rowsOf(measured, slope), details: { ...Object.fromEntries(measured), slope } }
}

interface Measured {
  /** Milliseconds for one read. */
  latency: number[]
  /** Reads per second. */
  rate: number[]
  images: number[]
}

function rowsOf(measured: ReadonlyMap<string, Measured>, slope: Slope) {
  const of = (name: string, what: keyof Measured) => median(measured.get(name)?.[what] ?? [])
  const added = (name: string) => of(name, 'latency') - of('straight', 'latency')
  const named = [...measured.keys()]
  return [
    atMost('added latency of a 2 KB read : that of a bare undici relay', added('ours') / added('relay'), 1.2),
    beside('latency of a 2 KB read : the same through the relay', of('ours', 'latency') / of('relay', 'latency')),
    ...named.map((name) => beside(`2 KB read, one at a time, p50: ${name}`, of(name, 'latency') * 1_000, 'us')),
    atLeast('2 KB reads/s, 32 connections : relay', of('ours', 'rate') / of('relay', 'rate'), 0.85),
    atLeast('2 KB reads/s, 32 connections : http-proxy-3', of('ours', 'rate') / of('http-proxy-3', 'rate'), 2),
    ...named.map((name) => beside(`2 KB reads, 32 connections: ${name}`, of(name, 'rate'), '/s')),
    atLeast('5 MB images/s : relay', of('ours', 'images') / of('relay', 'images'), 0.9),
    ...named.map((name) => beside(`5 MB images: ${name}`, of(name, 'images'), '/s')),
    atMost('memory kept by 10,000 requests after warm-up', slope.keptMb, 1, 'MB'),
    beside('resident memory after 60,000 requests more', slope.residentMb, 'MB'),
  ]
}

async function drive(side: Side, path: string, connections: number, total: number) {
  const pool = new Pool(side.url, { connections, pipelining: 1 })
  const headers = { 'x-plex-token': token, accept: '*/*' }
  const times: number[] = []
  let left = total
  const worker = async () => {
    while (left > 0) {
      left -= 1
      const started = performance.now()
      const { statusCode, body } = await pool.request({ path, method: 'GET', headers })
      if (statusCode !== 200) throw new Error(`${side.name} answered ${statusCode}`)
      await body.dump({ limit: 64 * 1024 * 1024 })
      times.push(performance.now() - started)
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, worker))
  const seconds = (performance.now() - started) / 1_000
  await pool.close()
  return { perSecond: total / seconds, p50: median(times) }
}

interface Slope {
  keptMb: number
  residentMb: number
  all: Memory[]
}

/** How much memory 10,000 requests leave behind: the median of several batches of that size. */
async function memorySlope(peer: Peer<unknown>, side: Side): Promise<Slope> {
  const all: Memory[] = []
  for (let batch = 0; batch <= slopeBatches; batch++) {
    if (batch > 0) await drive(side, smallPath, 8, reads.perSlope)
    all.push(await peer.ask<Memory>('memory'))
  }
  const steps = all.slice(1).map(({ kept }, index) => kept - (all[index]?.kept ?? Number.NaN))
  const resident = (all.at(-1)?.rss ?? Number.NaN) - (all[0]?.rss ?? Number.NaN)
  return { keptMb: median(steps) / 1024 ** 2, residentMb: resident / 1024 ** 2, all }
}
