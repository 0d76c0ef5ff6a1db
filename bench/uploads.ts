import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Pool } from 'undici'
import { atLeast, atMost, type BenchOptions, beside, type Figures, median, shuffled } from './figures.ts'
import { startPeer } from './peer.ts'
import { picture, pictureBytes } from './upload-picture.ts'

/** Set BENCH_UPLOADS to a smaller number if the disk has no room for 10 GB. */
const uploads = Number(process.env.BENCH_UPLOADS ?? 1_000)
const timeoutMs = 600_000

interface Round {
  /** Whether all uploads go to one ratingKey, or each to its own. */
  oneKey: boolean
  ms: number
  loopMs: number
  kept: number
  peakBytes: number
}

/**
 * 1,000 uploads of 5 MB at the same time, each synced before it is answered with 200, compared with a loop that writes
 * and syncs the same bytes. In every second round, all uploads go to one ratingKey.
 */
export async function measureUploads({ rounds, scratch, say }: BenchOptions): Promise<Figures> {
  const hashes = Array.from({ length: uploads }, (_, number) => {
    const { head, rest } = picture(number)
    return createHash('sha256').update(head).update(rest).digest('hex')
  })
  const all: Round[] = []
  for (let round = 0; round < rounds; round++) {
    const oneKey = round % 2 === 1
    let loopMs = 0
    let ours = { ms: 0, kept: 0, peakBytes: 0 }
    for (const side of shuffled(['loop', 'ours'])) {
      const folder = join(scratch, `${side}-${round}`)
      if (side === 'loop') loopMs = await writeAndSync(folder)
      else ours = await upload(folder, { oneKey, hashes, say })
      await rm(folder, { recursive: true, force: true })
    }
    all.push({ oneKey, loopMs, ...ours })
    say(`${(ours.ms / 1_000).toFixed(1)} s, the loop ${(loopMs / 1_000).toFixed(1)} s, ${ours.kept} kept`)
  }
  const ratio = (some: readonly Round[]) => median(some.map(({ ms, loopMs }) => loopMs / ms))
  const apart = all.filter(({ oneKey }) => !oneKey)
  const together = all.filter(({ oneKey }) => oneKey)
  const count = uploads.toLocaleString('en')
  const lowest = (some: readonly Round[]) => Math.min(...some.map(({ kept }) => kept))
  const mbPerSecond = (ms: number) => (uploads * pictureBytes) / 1_000 / ms
  return {
    title: `${count} uploads of 5 MB at once, each synced before its 200`,
    rows: [
      atLeast('speed : a plain write + fsync loop of the same bytes', ratio(all), 0.8),
      beside('the same, each to its own ratingKey', ratio(apart)),
      ...(together.length > 0 ? [beside('the same, all to one ratingKey', ratio(together))] : []),
      beside('uploads', median(all.map(({ ms }) => mbPerSecond(ms))), 'MB/s'),
      beside('the loop', median(all.map(({ loopMs }) => mbPerSecond(loopMs))), 'MB/s'),
      atMost('peak memory', Math.max(...all.map(({ peakBytes }) => peakBytes)) / 1_000_000, 180, 'MB'),
      atLeast('kept, in the worst round', lowest(apart), uploads),
      ...(together.length > 0
        ? [atLeast('kept of those to one ratingKey, in the worst round', lowest(together), uploads)]
        : []),
    ],
    details: all,
  }
}

async function writeAndSync(folder: string): Promise<number> {
  using peer = await startPeer<{ ms: number }>('uploads-peer', ['loop', folder, String(uploads)])
  return peer.hello.ms
}

async function upload(
  folder: string,
  { oneKey, hashes, say }: { oneKey: boolean; hashes: readonly string[] } & Pick<BenchOptions, 'say'>,
) {
  using peer = await startPeer<{ url: string }>('uploads-peer', ['proxy', folder])
  const pool = new Pool(peer.hello.url, { connections: uploads, pipelining: 1, headersTimeout: timeoutMs })
  const started = performance.now()
  const statuses = await Promise.all(
    Array.from({ length: uploads }, (_, number) => send(pool, oneKey ? 0 : number, number)),
  )
  const ms = performance.now() - started
  await pool.close()
  const failed = statuses.filter((status) => status !== 200)
  const peakBytes = await peer.ask<number>('peak')
  const captures = await peer.ask<{ sha256: string; size_bytes: number; parse_error: string | null }[]>('kept')
  const files = new Set(await readdir(join(folder, 'output/by_ratingkey')))
  const known = new Set(captures.map(({ sha256 }) => sha256))
  const kept = hashes.filter((hash) => known.has(hash)).length
  if (failed.length > 0 || files.size !== captures.length) {
    const torn = captures.filter(({ parse_error }) => parse_error !== null)
    const words = torn.map(({ size_bytes, parse_error }) => `${size_bytes} bytes: ${parse_error}`)
    say(
      `${failed.length} not answered with 200; ${captures.length} captures, ${files.size} pictures; ${words.join('; ')}`,
    )
    return { ms: Number.NaN, kept: Math.min(kept, files.size, uploads - failed.length), peakBytes }
  }
  return { ms, kept: Math.min(kept, files.size), peakBytes }
}

async function send(pool: Pool, ratingKey: number, number: number): Promise<number> {
  const { head, rest } = picture(number)
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: `/library/metadata/${1_000 + ratingKey}/posters`,
    headers: {
      'x-plex-token': 'benchClientToken0123456789',
      'content-type': 'image/jpeg',
      'content-length': String(pictureBytes),
    },
    body: Readable.from(pieces(head, rest), { objectMode: false }),
  })
  await body.dump()
  return statusCode
}

/** The picture in pieces, so that the sender never holds a copy of the whole picture. */
function* pieces(head: Buffer, rest: Buffer): Generator<Buffer> {
  yield head
  for (let at = 0; at < rest.length; at += 65_536) yield rest.subarray(at, at + 65_536)
}
