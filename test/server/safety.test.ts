import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { startSamplePlex, type WatchedPlex } from '../support/watched-plex.ts'
import { startFailingFront } from '../trust/failing-front.ts'
import { listen } from './event-source.ts'
import { defaultConfig, openStudio, plexToken, type TestStudio } from './open-studio.ts'

/** The Safety screen says what the ledger says, at any time during and after a job. */
let plex: WatchedPlex
let front: Awaited<ReturnType<typeof startFailingFront>>
let it: TestStudio
let jobId: string
let folder: string

/**
 * Sends two writes, a read that Plex fails to answer, a read that is refused and a read of another program; then it
 * waits.
 */
const script = `
  process.stdout.write('| Starting Run |\\n')
  const text = require('node:fs').readFileSync(process.argv[1], 'utf8')
  const [, url] = /url: "?([^"\\n]+)/.exec(text)
  const [, token] = /token: "?([^"\\n]+)/.exec(text)
  const ask = (method, path, headers = { 'X-Plex-Token': token }, body) => fetch(url + path, { method, headers, body }).then((answer) => answer.text())
  setInterval(() => {}, 1000)
  ;(async () => {
    await ask('PUT', '/library/sections/1/all?type=1&id=101&label.locked=1&label%5B0%5D.tag.tag=Overlay')
    await ask('PUT', '/library/metadata/2000/refresh')
    await ask('GET', '/library/metadata/103')
    await ask('GET', '/library/metadata/101/refresh')
    await ask('GET', '/library/sections', {})
  })()`

beforeAll(async () => {
  plex = await startSamplePlex({ libraries: smallLibraries(), token: plexToken })
  front = await startFailingFront(Number(new URL(plex.url).port))
  front.fail('failing', 0, /^\/library\/metadata\/103/)
  it = await openStudio({
    plex,
    config: () => defaultConfig({ ...plex, url: front.url, token: plexToken }),
    makeRenderer: async () => ({
      ...sampleRenderer(),
      command: process.execPath,
      args: (configPath) => ['-e', script, configPath],
    }),
  })
  const connection = await it.connect()
  const targets = [{ server: connection.servers[0]?.id ?? '', ratingKey: '101' }]
  const job = await it.get('startJob', { body: { connectionId: connection.id, targets } })
  jobId = job.id
  folder = job.folder
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
  await stream.until(({ event }) => event.type === 'log' && event.lines.some(({ text }) => text.includes('status=401')))
}, 120_000)
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
  await front[Symbol.asyncDispose]()
  await plex[Symbol.asyncDispose]()
})

const safety = () => it.get('getJobSafety', { params: { jobId } })
const checkOf = async (id: string) => (await safety()).checks.find((check) => check.id === id)
const writes = ['+ label Overlay on Nosferatu (1922)', 'refresh The Honeymooners (1955)']
/** What the ledger proves, with or without a summary. */
const agreed = async () => {
  const { blockedWrites, refusedReads, blockedCount, refusedCount } = await safety()
  expect(blockedWrites.map(({ words }) => words)).toEqual(writes)
  expect(refusedReads).toMatchObject([
    { path: '/library/metadata/103', outcome: 'failed', status: 500 },
    { path: '/library/metadata/101/refresh', outcome: 'refused', status: 403 },
  ])
  expect([blockedCount, refusedCount]).toEqual([2, 2])
}

test('while the job runs, the blocked writes and failed reads so far are shown', async () => {
  await expect.poll(async () => (await safety()).refusedCount, { timeout: 15_000 }).toBe(2)
  await agreed()
  expect((await safety()).overall).toBe('unchecked')
})

test('at the end, a failed read counts, and a request of another program is separate', async () => {
  await it.get('cancelJob', { params: { jobId } })
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
  await stream.until(({ event }) => event.type === 'closed')
  await agreed()
  expect(await checkOf('writes')).toMatchObject({ state: 'pass', detail: '2 writes blocked, none let through.' })
  expect(await checkOf('reads')).toMatchObject({
    state: 'fail',
    detail:
      '1 read failed, 1 read refused: badges may be missing. 1 request of other programs on this machine was refused.',
  })
  expect(await checkOf('ledger')).toMatchObject({ state: 'pass' })
})

test('an interrupted job has blocked as many writes as its ledger says', async () => {
  await rm(join(folder, 'output', 'summary.json'))
  await agreed()
  expect(await checkOf('writes')).toMatchObject({
    state: 'unchecked',
    detail: '2 writes blocked so far, none let through.',
  })
  expect((await safety()).overall).toBe('unchecked')
})

test('a job without a ledger shows no numbers', async () => {
  await rm(join(folder, 'output', 'ledger.jsonl'))
  const { blockedCount, refusedCount, blockedWrites } = await safety()
  expect([blockedCount, refusedCount, blockedWrites]).toEqual([null, null, []])
})
