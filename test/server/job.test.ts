import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImageRef } from '../../src/contract/api/api-common.ts'
import type { JobDetail, JobEntry } from '../../src/contract/api/api-jobs.ts'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen, type Received, type TestEventSource } from './event-source.ts'
import { openStudio, plexToken, type TestStudio } from './open-studio.ts'

let it: TestStudio
let job: JobDetail
let window: TestEventSource
/** The bytes of the first capture, fetched as soon as its event came. */
let early: Promise<{ status: number; body: Buffer }>
/** The job in the list at that moment. */
let listed: JobEntry | undefined

beforeAll(async () => {
  it = await openStudio()
  const connection = await it.connect()
  const server = connection.servers[0]?.id ?? ''
  const targets = ['101', '2010', '2011', '101'].map((ratingKey) => ({ server, ratingKey }))
  const started = await it.get('startJob', { body: { connectionId: connection.id, targets } })
  window = listen(it.studio.url + apiUrl('jobEvents', { jobId: started.id }))
  const { event } = await window.until((one) => one.event.type === 'capture' && one.event.targetId !== null)
  const sha256 = event.type === 'capture' ? (event.image?.sha256 ?? '') : ''
  early = it.bytes(apiUrl('jobImage', { jobId: started.id, sha256 }))
  await early
  listed = (await it.get('listJobs')).jobs[0]
  await window.until((one) => one.event.type === 'closed')
  job = await it.get('getJob', { params: { jobId: started.id } })
}, 120_000)

afterAll(async () => {
  window[Symbol.dispose]()
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

const image = (which: 'before' | 'after', at = 0): ImageRef => {
  const found = job.targets[at]?.[which]
  if (!found) throw new Error(`no ${which} picture`)
  return found
}
const imagePath = (sha256: string, query = {}) => apiUrl('jobImage', { jobId: job.id, sha256 }, query)
const types = (received: readonly Received[]) => received.map(({ event }) => event.type)

test('the job ends with an after picture of each target, and Plex saw no write', () => {
  expect(job).toMatchObject({ status: 'success', targetCount: 3, renderer: 'sample', canRerun: true, queuePlace: null })
  expect(job.targets.map(({ ratingKey, outcome }) => [ratingKey, outcome])).toEqual([
    ['101', 'changed'],
    ['2010', 'changed'],
    ['2011', 'changed'],
  ])
  for (const target of job.targets) {
    expect(target.before?.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(target.after).toMatchObject({ type: 'webp' })
    expect(target.difference).toBeGreaterThan(0)
    expect(target.wouldAlso).toEqual(['+ label Overlay'])
  }
  expect(job.counts).toMatchObject({ changed: 3, missing: 0, error: 0 })
  expect(job.phases.map(({ phase }) => phase)).toEqual([
    'check',
    'before',
    'workspace',
    'kometa',
    'compile',
    'apply',
    'results',
  ])
  expect(job.phases.every(({ durationMs }) => durationMs !== null)).toBe(true)
  expect(it.plex.writes).toEqual([])
})

test('the stream numbers its events, with before pictures early and differences last', () => {
  const numbers = window.received.flatMap(({ id }) => id ?? [])
  expect(numbers).toEqual(numbers.map((_, at) => at + 1))
  const order = types(window.received)
  expect(order.indexOf('target')).toBeLessThan(order.indexOf('capture'))
  expect(order.lastIndexOf('target')).toBeGreaterThan(order.indexOf('end'))
  expect(order.at(-1)).toBe('closed')
  expect(order.filter((type) => type === 'capture').length).toBeGreaterThanOrEqual(3)
})

test('the list shows the first pictures while the job runs', () => {
  const told = window.received.flatMap(({ event }) => (event.type === 'capture' ? (event.image?.sha256 ?? []) : []))
  const [first] = listed?.pictures ?? []
  expect(first && told.includes(first.sha256)).toBe(true)
})

test('a capture can be shown as soon as its event comes', async () => {
  const { status, body } = await early
  expect(status).toBe(200)
  const told = window.received.find(({ event }) => event.type === 'capture' && event.targetId !== null)?.event
  expect(createHash('sha256').update(body).digest('hex')).toBe(told?.type === 'capture' ? told.image?.sha256 : null)
})

test('a window that comes back gets what it missed, once; a new window gets everything', async () => {
  const url = it.studio.url + apiUrl('jobEvents', { jobId: job.id })
  const middle = Math.floor(job.lastEventId / 2)
  using back = listen(url, { 'last-event-id': String(middle) })
  await back.closed
  expect(back.received.flatMap(({ id }) => id ?? [])).toEqual(
    Array.from({ length: job.lastEventId - middle }, (_, at) => middle + 1 + at),
  )
  using fresh = listen(url)
  await fresh.closed
  const numbered = ({ received }: TestEventSource) => received.filter(({ id }) => id !== null)
  expect(numbered(fresh)).toEqual(numbered(window))
  using latest = listen(`${url}?after=${job.lastEventId}`)
  await latest.closed
  expect(types(latest.received)).toEqual(['closed'])
})

test('log lines are numbered, and older ones can be asked for', async () => {
  const lines = window.received.flatMap(({ event }) => (event.type === 'log' ? event.lines : []))
  expect(lines.map(({ n }) => n)).toEqual(lines.map((_, at) => at + 1))
  expect(lines.some(({ source }) => source === 'kometa')).toBe(true)
  expect(lines.some(({ source, text }) => source === 'preview' && text.includes('CAPTURED_UPLOAD'))).toBe(true)
  const params = { jobId: job.id }
  const newest = await it.get('getLogLines', { params, query: { limit: 5 } })
  expect(newest).toEqual({ lines: lines.slice(-5), more: true })
  const older = await it.get('getLogLines', { params, query: { before: newest.lines[0]?.n, limit: 10_000 } })
  expect(older).toEqual({ lines: lines.slice(0, -5), more: false })
})

test('pictures are unchanged bytes of a fixed type, cached for ever, whole or in ranges', async () => {
  const after = image('after')
  const { status, headers, body } = await it.bytes(imagePath(after.sha256))
  expect([status, headers['content-type'], headers['x-content-type-options']]).toEqual([200, 'image/webp', 'nosniff'])
  expect(headers['cache-control']).toBe('private, max-age=31536000, immutable')
  expect(createHash('sha256').update(body).digest('hex')).toBe(after.sha256)
  const again = await it.bytes(imagePath(after.sha256), { 'if-none-match': String(headers.etag) })
  expect([again.status, again.body.length]).toEqual([304, 0])
  const part = await it.bytes(imagePath(after.sha256), { range: 'bytes=10-19' })
  expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 10-19/${body.length}`])
  expect(part.body).toEqual(body.subarray(10, 20))
  const tail = await it.bytes(imagePath(after.sha256), { range: 'bytes=-7' })
  expect(tail.body).toEqual(body.subarray(-7))
  const beyond = await it.bytes(imagePath(after.sha256), { range: `bytes=${body.length}-` })
  expect(beyond.status).toBe(416)
  const named = await it.bytes(imagePath(after.sha256, { name: 'Nosferatu "after".png' }))
  expect(named.headers['content-disposition']).toBe(
    `attachment; filename="Nosferatu _after_.webp"; filename*=UTF-8''Nosferatu%20%22after%22.webp`,
  )
})

test('a small picture and the heat map are made on request', async () => {
  const small = await it.bytes(imagePath(image('before').sha256, { w: 120 }))
  expect(await sharp(small.body).metadata()).toMatchObject({ format: 'webp', width: 120, height: 180 })
  const params = { jobId: job.id, targetId: job.targets[0]?.id ?? '' }
  const heat = await it.bytes(apiUrl('jobDifference', params))
  expect([heat.status, heat.headers['content-type']]).toEqual([200, 'image/png'])
  expect(await sharp(heat.body).metadata()).toMatchObject({ width: 1000, height: 1500 })
})

test('all pictures can be downloaded as one zip', async () => {
  const zip = await it.bytes(apiUrl('jobZip', { jobId: job.id }))
  expect(zip.headers['content-type']).toBe('application/zip')
  const names = storedNames(zip.body).map((name) => name.slice(job.id.length + 1))
  expect(names).toContain('output/summary.json')
  for (const { id } of job.targets) {
    expect(names).toContain(`output/${id}_after.webp`)
    expect(names).toContain(`input/${id}_before.jpg`)
  }
  expect(names.filter((name) => /config|log|ledger|studio/.test(name))).toEqual([])
})

test('the Safety screen says what was checked, and nothing else is green', async () => {
  const safety = await it.get('getJobSafety', { params: { jobId: job.id } })
  const states = Object.fromEntries(safety.checks.map(({ id, state }) => [id, state]))
  expect(states).toEqual({
    writes: 'pass',
    reads: 'pass',
    token: 'pass',
    ledger: 'pass',
    hosts: 'pass',
    fingerprint: 'pass',
  })
  expect(safety.blockedCount).toBeGreaterThanOrEqual(3)
  expect(safety.overall).toBe('pass')
  expect(safety.verification).toEqual({ unchanged: true, differences: [] })
  expect(safety.leftOut.length).toBeGreaterThan(0)
  expect(safety.ways?.map(({ closed }) => closed)).toContain(true)
  expect(safety.ways?.map(({ words }) => words).join(' ')).toMatch(/reach Plex through the proxy alone/)
})

test('the config is shown as it was, with masks; the whole log is one text', async () => {
  const config = await it.get('getJobConfig', { params: { jobId: job.id } })
  expect(config).toMatchObject({ name: 'config.yml', edited: false })
  expect(config.text).toContain('token: ••••••••1')
  const log = await it.raw('GET', apiUrl('jobLog', { jobId: job.id }))
  expect(log.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(log.text).toMatch(/CAPTURED_UPLOAD ratingKey=101/)
})

test('no file of the studio holds the token of Plex', async () => {
  const found: string[] = []
  for (const entry of await readdir(it.dataDir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    if (bytes.includes(plexToken) || bytes.includes('0123456789abcdef0123456789abcdef')) found.push(path)
  }
  expect(found).toEqual([])
  expect(JSON.stringify(window.received)).not.toContain(plexToken)
})

test('a job can be kept, and deleted with all its files', async () => {
  const second = await it.get('rerunJob', { params: { jobId: job.id }, body: {} })
  expect(second.targets.map(({ ratingKey }) => ratingKey)).toEqual(['101', '2010', '2011'])
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId: second.id }))
  const refused = await it.call('deleteJob', { params: { jobId: second.id } })
  expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('JOB_ACTIVE')])
  await it.get('cancelJob', { params: { jobId: second.id } })
  await stream.until(({ event }) => event.type === 'closed')
  expect(await it.get('getJob', { params: { jobId: second.id } })).toMatchObject({ status: 'cancelled' })
  expect((await it.call('cancelJob', { params: { jobId: second.id } })).status).toBe(409)
  const kept = await it.get('updateJob', { params: { jobId: second.id }, body: { keep: true } })
  expect(kept.keep).toBe(true)
  expect((await it.call('deleteJob', { params: { jobId: second.id } })).status).toBe(204)
  expect((await it.call('getJob', { params: { jobId: second.id } })).status).toBe(404)
  await expect(stat(second.folder)).rejects.toThrow('ENOENT')
  const { jobs } = await it.get('listJobs')
  expect(jobs.map(({ id }) => id)).toEqual([job.id])
}, 120_000)

/** The names in the central directory of a zip. */
function storedNames(zip: Buffer): string[] {
  const names: string[] = []
  for (let at = zip.indexOf('PK\u0001\u0002'); at >= 0; at = zip.indexOf('PK\u0001\u0002', at + 4)) {
    names.push(zip.toString('utf8', at + 46, at + 46 + zip.readUInt16LE(at + 28)))
  }
  return names
}
