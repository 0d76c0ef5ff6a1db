import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { startProxy } from '../../src/proxy/server.ts'
import { clientToken, createListCaptures, createListRecorder, realToken } from '../support/proxy-world.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { compile } from './compiled.ts'
import { recordFigure } from './figures.ts'

const wholeBytes = 1_000_000
/** How long Plex is stopped. The test needs exactly this pause; it is not a guess at a duration. */
const pauseMs = 300
const poster = '/library/metadata/101/thumb/1'

let programs: string
beforeAll(async () => {
  programs = join(await compile(), 'test', 'trust', 'programs')
}, 120_000)

/** A Plex in its own process, which can be stopped, and the proxy in front of it. */
async function startPausedPlex(bodyTimeoutMs: number) {
  const plex = spawn(process.execPath, [join(programs, 'plex-to-pause.js')], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void plex.kill('SIGKILL'))
  const lines = createInterface({ input: plex.stdout })[Symbol.asyncIterator]()
  const port = Number((await lines.next()).value)
  const connection = connectToSeenPlex(
    { url: `http://127.0.0.1:${port}`, token: realToken, verifySsl: true, clientIdentifier: 'fixed-id' },
    { bodyTimeoutMs },
  )
  const recorder = createListRecorder()
  const proxy = await startProxy({
    ...{ connection, serverId: 'machine-1', clientToken, captures: createListCaptures(), recorder, preferredPort: 0 },
  })
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]()
    await connection[Symbol.asyncDispose]()
  })
  return { plex, proxy, recorder, half: () => lines.next() }
}

/** Reads the picture; `whole` means complete according to HTTP. */
function read(port: number): Promise<{ status: number; bytes: number; whole: boolean }> {
  return new Promise((resolve) => {
    let bytes = 0
    const headers = { 'X-Plex-Token': clientToken }
    const sent = request({ host: '127.0.0.1', port, path: poster, headers, agent: false }, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      // The `close` event reports its end.
      answer.on('error', () => undefined)
      answer.once('close', () => resolve({ status: answer.statusCode ?? 0, bytes, whole: answer.complete }))
    })
    sent.once('error', () => resolve({ status: 0, bytes, whole: false }))
    sent.end()
  })
}

test.skipIf(process.platform === 'win32')('Plex stops in mid-answer for less than its timeout', async () => {
  const { plex, proxy, half, recorder } = await startPausedPlex(60_000)
  const reading = read(proxy.port)
  await half()
  plex.kill('SIGSTOP')
  await wait(pauseMs)
  plex.kill('SIGCONT')
  expect(await reading).toEqual({ status: 200, bytes: wholeBytes, whole: true })
  expect(recorder.forwards).toHaveLength(1)
})

test.skipIf(process.platform === 'win32')(
  'and for longer: a short answer never looks complete, and Plex is asked again',
  async () => {
    const { plex, proxy, half, recorder } = await startPausedPlex(1_000)
    const reading = read(proxy.port)
    await half()
    plex.kill('SIGSTOP')
    const { bytes, whole } = await reading
    expect(bytes).toBeLessThan(wholeBytes)
    expect(whole).toBe(false)
    await expect
      .poll(() => recorder.refusals)
      .toEqual([expect.objectContaining({ outcome: 'failed', path: poster, reason: expect.stringMatching(/Plex/) })])
    plex.kill('SIGCONT')
    expect(await read(proxy.port)).toEqual({ status: 200, bytes: wholeBytes, whole: true })
    recordFigure({
      name: 'SIGSTOP of Plex in mid-answer',
      value: 'continued in time: whole; not: visibly cut, recorded as failed, and whole when asked again',
      goal: '0 short answers as whole',
    })
  },
)
