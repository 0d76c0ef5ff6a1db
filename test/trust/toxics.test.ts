import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { get as httpGet } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createPlexReader } from '../../src/plex/items/reads.ts'
import { createMemoStore } from '../../src/proxy/memo/memo-store.ts'
import { createReadLayers } from '../../src/proxy/memo/read-layers.ts'
import { startProxy } from '../../src/proxy/server.ts'
import { startToxicRelay, type Toxic, type ToxicRelay } from '../support/network/toxic-relay.ts'
import { clientToken, createListCaptures, createListRecorder } from '../support/proxy-world.ts'
import { film, startSamplePlex } from '../support/sample-plex.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { assertOnlyCanonicalReads } from '../support/witness.ts'
import { recordFigure } from './figures.ts'

const ratingKey = '1001'
const endpoints = [
  '/library/sections/1/all?type=1&includeGuids=1',
  `/library/metadata/${ratingKey}`,
  `/library/metadata/${ratingKey}/posters`,
  'thumb',
  'file',
] as const
type Layers = 'the proxy alone' | 'memory' | 'memory and scope'

/** First the toxics that lose nothing, then those that cut, at distinct places. */
const lossless: Toxic[] = [
  { kind: 'latency', ms: 60 },
  { kind: 'bandwidth', bytesPerSecond: 400_000 },
  { kind: 'slow close', ms: 80 },
  { kind: 'slicing', pieceBytes: 61 },
]
const places: readonly ((bytes: number) => number)[] = [
  () => 0,
  () => 30,
  (bytes) => Math.min(400, bytes - 2),
  (bytes) => Math.floor(bytes / 2),
  (bytes) => bytes - 1,
]
const cuts = ['timeout', 'reset', 'limited data'] as const

interface Answer {
  /** whole: the framing says that this is everything; broken: the connection ended before. */
  end: 'whole' | 'broken'
  status: number
  sha256: string
}

function ask(url: string): Promise<Answer> {
  return new Promise((resolve) => {
    const broken: Answer = { end: 'broken', status: 0, sha256: '' }
    const request = httpGet(
      url,
      { agent: false, headers: { 'X-Plex-Token': clientToken, Accept: '*/*' } },
      (response) => {
        const hash = createHash('sha256')
        response.on('data', (chunk: Buffer) => hash.update(chunk))
        const settle = () =>
          resolve({
            end: response.complete ? 'whole' : 'broken',
            status: response.statusCode ?? 0,
            sha256: hash.digest('hex'),
          })
        response.once('close', settle)
        // The error shows as `complete: false`.
        response.on('error', () => undefined)
      },
    )
    request.on('error', () => resolve(broken))
  })
}

/** A sample Plex behind a relay, the proxy in front of it, with the layers that a job has. */
async function startToxicWorld(layers: Layers) {
  const plex = await startSamplePlex({
    libraries: [
      {
        key: 1,
        title: 'Movies',
        type: 'movie',
        items: Array.from({ length: 80 }, (_, at) => film(String(1001 + at), `Film ${at}`)),
      },
    ],
  })
  const relay = await startToxicRelay(Number(new URL(plex.url).port))
  const connection = connectToSeenPlex(
    { url: `http://127.0.0.1:${relay.port}`, token: plex.token, verifySsl: true, clientIdentifier: 'toxics' },
    { headersTimeoutMs: 300, bodyTimeoutMs: 300, keepAliveTimeoutMs: 2_000 },
  )
  const folder = mkdtempSync(join(tmpdir(), 'toxics-'))
  const store = await createMemoStore(join(folder, 'pictures'))
  const recorder = createListRecorder()
  const reader = createPlexReader(connection)
  const targets = await reader.items([ratingKey])
  const scope = layers === 'memory and scope' ? 'on' : 'off'
  const captures = createListCaptures()
  const jobLayers = createReadLayers({
    ...{ connection, serverId: 's', recorder, store, captures, targets, ancestors: [], scope },
  })
  const proxy = await startProxy({
    ...{ connection, serverId: 's', clientToken, captures, recorder, preferredPort: 0 },
    ...(layers === 'the proxy alone' ? {} : { wrapReads: jobLayers.wrapReads }),
  })
  const before = plex.stateHash()
  return {
    plex,
    relay,
    proxy,
    recorder,
    /** Forgets what a job remembers between two tries, so that each try asks Plex. */
    forget: () => store.beginJob({ server: new Map(), sections: new Map(), items: new Map() }, { fresh: true }),
    assertUntouched() {
      expect(plex.stateHash()).toBe(before)
      assertOnlyCanonicalReads(plex.journal, { token: plex.token, never: [clientToken], clientIdentifier: 'toxics' })
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await connection[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await relay[Symbol.asyncDispose]()
      await plex[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Where Plex keeps the picture and the file of the item, according to Plex itself. */
async function resolveEndpoint(url: string, endpoint: string): Promise<string> {
  if (endpoint !== 'thumb' && endpoint !== 'file') return url + endpoint
  const headers = { 'X-Plex-Token': clientToken }
  const list = endpoint === 'thumb' ? '' : '/posters'
  const text = await (await fetch(`${url}/library/metadata/${ratingKey}${list}`, { headers })).text()
  const found =
    endpoint === 'thumb' ? / thumb="([^"]+)"/.exec(text)?.[1] : / key="([^"]*file\?url=[^"]+)"/.exec(text)?.[1]
  if (found === undefined) throw new Error(`no ${endpoint} in ${text.slice(0, 300)}`)
  return url + found.replaceAll('&amp;', '&')
}

const counts = { tried: 0, whole: 0, failed: 0 }

test.each(['the proxy alone', 'memory', 'memory and scope'] as const)(
  '%s: nothing short looks complete',
  async (layers) => {
    await Promise.all(endpoints.map((endpoint) => tryEndpoint(layers, endpoint)))
  },
)

async function tryEndpoint(layers: Layers, endpoint: string): Promise<void> {
  await using world = await startToxicWorld(layers)
  const { relay } = world
  const url = await resolveEndpoint(world.proxy.url, endpoint)
  world.forget()
  const truth = await ask(url)
  expect([endpoint, truth.end, truth.status]).toEqual([endpoint, 'whole', 200])
  const bytes = relay.answerBytes
  expect(bytes).toBeGreaterThan(100)
  const toxics = [...lossless, ...cuts.flatMap((kind) => places.map((place) => ({ kind, afterBytes: place(bytes) })))]
  for (const toxic of toxics) {
    const answer = await askThrough(world, relay, toxic, url)
    counts.tried += 1
    counts[answer.end === 'whole' && answer.status === 200 ? 'whole' : 'failed'] += 1
    const label = `${endpoint} ${JSON.stringify(toxic)}`
    if (answer.end === 'whole' && answer.status < 400) expect([label, answer]).toEqual([label, truth])
    else if (answer.end === 'whole')
      expect([label, answer.status]).toEqual([label, expect.toSatisfy((status: number) => [502, 504].includes(status))])
    if (lossless.includes(toxic)) expect([label, answer]).toEqual([label, truth])
    else expect([label, answer.end === 'whole' && answer.status === 200]).toEqual([label, false])
    // A cut answer is not remembered anywhere: the next request gets the true one.
    expect([label, await ask(url)]).toEqual([label, truth])
  }
  world.assertUntouched()
}

async function askThrough(world: { forget(): void }, relay: ToxicRelay, toxic: Toxic, url: string): Promise<Answer> {
  world.forget()
  relay.toxic = toxic
  try {
    return await ask(url)
  } finally {
    relay.toxic = null
  }
}

test('the figure', () => {
  recordFigure({
    name: 'seven toxics x 5 endpoints x 3 sets of layers',
    value: `${counts.tried} answers: ${counts.whole} whole and right, ${counts.failed} visibly failed, 0 short ones as whole`,
    goal: '0 short answers delivered as whole',
  })
  expect(counts.tried).toBe(5 * 3 * (lossless.length + cuts.length * places.length))
})
