import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { createPlexConnection } from '../../src/plex/upstream/upstream.ts'
import { type Proxy as CaptureProxy, startProxy } from '../../src/proxy/server.ts'
import { type Recording, readRecording, recordedScenarios, sampleClock } from '../kometa/recording.ts'
import { scenarios } from '../kometa/scenarios.ts'
import { makeImage } from '../support/images.ts'
import { clientToken, createListCaptures, createListRecorder, type ListRecorder } from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'
import { type SamplePlex, startSamplePlex } from '../support/sample-plex.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { type ReadAnswer, readAnswer } from './read-answer.ts'

/** What the real Kometa sent in whole runs, again, byte for byte, at the real proxy before the sample Plex. */
describe.each(recordedScenarios)('%s', (name) => {
  const recording = readRecording(name)
  let plex: SamplePlex
  let connection: ReturnType<typeof createPlexConnection>
  let proxy: CaptureProxy
  let recorder: ListRecorder
  let image: Buffer

  beforeAll(async () => {
    const libraries = scenarios.find((scenario) => scenario.name === recording.scenario)?.libraries
    if (!libraries) throw new Error(`no scenario ${recording.scenario}`)
    plex = await startSamplePlex({ libraries, clock: sampleClock })
    connection = connectToSeenPlex({ url: plex.url, token: plex.token, verifySsl: true, clientIdentifier: 'replay' })
    recorder = createListRecorder()
    const captures = createListCaptures()
    proxy = await startProxy({
      connection,
      serverId: plex.machineIdentifier,
      clientToken,
      captures,
      recorder,
      preferredPort: 0,
    })
    image = await makeImage('webp', { mark: 'overlay' })
  })
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]()
    await connection[Symbol.asyncDispose]()
    await plex[Symbol.asyncDispose]()
  })

  const send = async (request: Recording['requests'][number], url: string, token: string, more = '') => {
    const { host, port } = new URL(url)
    const put = (text: string) => text.replaceAll('TOKEN', token).replaceAll('HOST', host)
    const body = request.image ? image : Buffer.alloc(0)
    const lines = [`Host: ${host}`, ...(recording.headers[request.headers] ?? []).map(put)]
    if (request.method !== 'GET') lines.push(`Content-Length: ${body.length}`)
    const head = `${request.method} ${put(request.target)} HTTP/1.1\r\n${lines.join('\r\n')}\r\n${more}\r\n`
    return readAnswer(await sendRaw(Number(port), Buffer.concat([Buffer.from(head, 'latin1'), body])))
  }
  /**
   * What the proxy wrote down since; its own reads (a section's fields, the image behind a URL) stand beside Kometa's.
   */
  const verdictsOf = async (act: () => Promise<ReadAnswer>, request: Recording['requests'][number]) => {
    const { forwards, captures, blocks, refusals } = recorder
    const from = [forwards, captures, blocks, refusals].map(({ length }) => length)
    const answer = await act()
    const path = request.target.split('?')[0]
    const forwarded = forwards.slice(from[0]).filter(({ target }) => target.split('?')[0] === path).length
    const uploads = captures.length - (from[1] ?? 0)
    const found = {
      forwarded,
      uploads,
      writes: blocks.length - (from[2] ?? 0),
      refused: refusals.length - (from[3] ?? 0),
    }
    return { answer, found }
  }
  const recordsOf = {
    forward: { forwarded: 1, uploads: 0, writes: 0, refused: 0 },
    // An upload is a write that was blocked, too.
    capture: { forwarded: 0, uploads: 1, writes: 1, refused: 0 },
    block: { forwarded: 0, uploads: 0, writes: 1, refused: 0 },
  }

  test('it has reads, uploads and other writes', () => {
    const verdicts = new Set(recording.requests.map(({ verdict }) => verdict))
    expect([...verdicts].sort()).toEqual(['block', 'capture', 'forward'])
  })

  test.each(
    recording.requests.map((request) => [`${request.verdict} ${request.method} ${request.target}`, request] as const),
  )('%s', async (_name, request) => {
    const state = plex.stateHash()
    const { answer, found } = await verdictsOf(() => send(request, proxy.url, clientToken), request)
    expect(found).toEqual(recordsOf[request.verdict])
    expect(plex.writes).toEqual([])
    expect(plex.stateHash()).toBe(state)
    if (request.verdict === 'forward') {
      const straight = await send(request, plex.url, plex.token, 'x-test-request: straight\r\n')
      expect(answer.status).toBe(straight.status)
      expect(answer.headers['content-type']).toBe(straight.headers['content-type'])
      expect(answer.body.equals(straight.body), 'the answer is that of Plex, byte for byte').toBe(true)
    } else {
      expect(answer.status).toBe(200)
      expect(answer.body.length).toBe(0)
    }
  })
})
