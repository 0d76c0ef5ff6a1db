import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as during } from 'node:timers/promises'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { limits } from '../../src/server/limits.ts'
import { agentPoster, film } from '../support/sample-plex.ts'
import { openDescriptors } from './descriptors.ts'
import { listen } from './event-source.ts'
import { openStudio, type TestStudio } from './open-studio.ts'

/** Clients that do what no browser does. */
let it: TestStudio
let jobId: string

beforeAll(async () => {
  it = await openStudio()
  const connection = await it.connect()
  const targets = [{ server: connection.servers[0]?.id ?? '', ratingKey: '101' }]
  jobId = (await it.get('startJob', { body: { connectionId: connection.id, targets } })).id
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
  await stream.until(({ event }) => event.type === 'closed')
}, 120_000)
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

/** Sends raw bytes on a new socket. Answers with what came until the head of the answer was complete. */
async function raw(port: number, text: string): Promise<{ socket: Socket; head: string }> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(text)
  let head = ''
  for await (const chunk of on(socket)) {
    head += chunk.toString('latin1')
    if (head.includes('\r\n\r\n')) break
  }
  return { socket, head }
}
async function* on(socket: Socket): AsyncGenerator<Buffer> {
  const closed = once(socket, 'close').then(() => null)
  for (;;) {
    const next = await Promise.race([once(socket, 'data').then(([chunk]) => chunk as Buffer), closed])
    if (next === null) return
    yield next
  }
}
const statusOf = (head: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)

test('no spelling of a path and no cookie gets past the password', async () => {
  await using locked = await openStudio({ password: 'correct horse' })
  const { port } = locked.studio
  const get = async (target: string, more = '') => {
    const { socket, head } = await raw(port, `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${more}\r\n`)
    socket.destroy()
    return head
  }
  const spellings = [
    '/api/state',
    '/api//state',
    '//api/state',
    '/api/state/',
    '/./api/state',
    '/api/./state',
    '/api/health/../state',
    '/api/session/../jobs',
    '/%61pi/state',
    '/api%2fstate',
    '/api/%73tate',
    '/API/state',
    '/api/state?x',
    '/api/state;x',
    '/api\\state',
    `http://127.0.0.1:${port}/api/state`,
    `http://127.0.0.1:${port}/api/health/../state`,
    'http://evil.example/api/state',
  ]
  for (const target of spellings) {
    const head = await get(target)
    // 503 is the page that says that there is no build: not an answer of the API.
    expect([target, [400, 401, 403, 404, 503].includes(statusOf(head))]).toEqual([target, true])
    expect(head).not.toContain('connectionId')
  }
  const cookies = [
    'kometa_preview_session=',
    `kometa_preview_session=${'A'.repeat(43)}`,
    `kometa_preview_session=${'A'.repeat(43)}; kometa_preview_session=${'B'.repeat(43)}`,
    `kometa_preview_session="${'A'.repeat(43)}"`,
    'kometa_preview_session=../../../../etc/passwd',
    'kometa_preview_session=__proto__',
    'kometa_preview_session=%00; =; ;;; a',
    `${'x=y; '.repeat(2_000)}kometa_preview_session=x`,
    'kometa_preview_session=\xff\xfe',
  ]
  for (const cookie of cookies) {
    const head = await get('/api/state', `Cookie: ${cookie}\r\n`)
    expect([cookie.slice(0, 60), statusOf(head)]).toEqual([cookie.slice(0, 60), 401])
  }
  // A request with too many headers is not read.
  expect(statusOf(await get('/api/state', `Cookie: ${'a'.repeat(20_000)}\r\n`))).toBe(431)
  expect(locked.failures).toEqual([])
})

test('after a sign-out, no window gets any more events', async () => {
  await using locked = await openStudio({ password: 'correct horse' })
  const signIn = async () => {
    const answer = await locked.call('signIn', { body: { password: 'correct horse' } })
    return { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' }
  }
  const [mine, other] = [await signIn(), await signIn()]
  using window = listen(locked.studio.url + apiUrl('events'), mine)
  using stays = listen(locked.studio.url + apiUrl('events'), other)
  await Promise.all([window, stays].map((one) => one.until(() => true)))
  await locked.call('signOut', { headers: mine })
  await window.closed
  expect((await locked.call('getState', { headers: other })).status).toBe(200)
})

test('of ten thousand event streams only a bounded number is open, and nobody else waits for them', async () => {
  const { port } = it.studio
  const head = `GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`
  const open = new Set<Socket>()
  let opened = 0
  let refused = 0
  let most = 0
  // Each wave has more streams than the server takes. Waves spare the test ten thousand descriptors.
  for (let wave = 0; wave < 25; wave += 1) {
    const sockets = Array.from({ length: 400 }, () => connect(port, '127.0.0.1'))
    await Promise.all(
      sockets.map(async (socket) => {
        socket.on('error', () => undefined)
        socket.write(head)
        const first = await on(socket).next()
        const status = first.done ? 0 : statusOf(first.value.toString('latin1'))
        if (status !== 200) {
          refused += 1
          socket.destroy()
          return
        }
        opened += 1
        open.add(socket)
        socket.once('close', () => open.delete(socket))
        socket.resume()
      }),
    )
    most = Math.max(most, open.size)
    const began = performance.now()
    expect((await it.call('health')).status).toBe(200)
    expect(performance.now() - began).toBeLessThan(5_000)
    // Half of the streams close, so that the next wave finds some room.
    for (const socket of [...open].slice(0, 50)) socket.destroy()
  }
  expect(opened + refused).toBe(10_000)
  expect(most).toBeLessThanOrEqual(limits.maxStreams)
  expect(refused).toBeGreaterThan(8_000)
  await Promise.all([...open].map((socket) => once(socket.destroy(), 'close')))
  using later = listen(it.studio.url + apiUrl('events'))
  await later.until(() => true)
}, 120_000)

/** A job's events, too large to wait for a window all at once. */
async function plantLongPast(id: string, lines: number): Promise<void> {
  const folder = join(it.dataDir, 'jobs', id, 'studio')
  await mkdir(folder, { recursive: true })
  const record = { ...(await readRecordOf(jobId)), id }
  await writeFile(join(folder, 'job.json'), JSON.stringify(record))
  const batches = Array.from({ length: lines / 100 }, (_, batch) => ({
    id: batch + 1,
    lines: Array.from({ length: 100 }, (_, at) => ({
      n: batch * 100 + at + 1,
      source: 'kometa',
      level: 'info',
      text: 'x'.repeat(2_000),
      at: '2026-01-01T00:00:00.000Z',
    })),
  }))
  await writeFile(join(folder, 'lines-000001.jsonl'), batches.map((batch) => `${JSON.stringify(batch)}\n`).join(''))
  await it.get('listJobs')
}
async function readRecordOf(id: string): Promise<object> {
  return JSON.parse(await readFile(join(it.dataDir, 'jobs', id, 'studio', 'job.json'), 'utf8'))
}

test('a window gets all of a large past; for a window that takes nothing, it does not pile up', async () => {
  await plantLongPast('long-past', 10_000)
  const path = apiUrl('jobEvents', { jobId: 'long-past' }, { lines: 10_000 })
  using window = listen(it.studio.url + path)
  await window.closed
  const lines = window.received.flatMap(({ event }) => (event.type === 'log' ? event.lines : []))
  expect(lines.length).toBe(10_000)
  expect(window.received.at(-1)?.event.type).toBe('closed')

  const { port } = it.studio
  const { socket } = await raw(port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  socket.pause()
  await during(300)
  // The kernel holds some of it; the rest stays in the file until it is asked for.
  expect(socket.bytesRead).toBeLessThan(15_000_000)
  const began = performance.now()
  expect((await it.call('health')).status).toBe(200)
  expect(performance.now() - began).toBeLessThan(2_000)
  socket.destroy()
})

test('half a request is waited for only for a short time', async () => {
  const { port } = it.studio
  const began = performance.now()
  const halves = Array.from({ length: 50 }, () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined).resume()
    socket.write(`GET /api/state HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`)
    return once(socket, 'close')
  })
  expect((await it.call('health')).status).toBe(200)
  await Promise.all(halves)
  expect(performance.now() - began).toBeLessThan(limits.headersTimeoutMs + limits.socketCheckMs + 10_000)
}, 60_000)

test('a body without a length, without an end or with two of them is cut off at the limit', async () => {
  const { port } = it.studio
  const head = `POST /api/connection HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n`
  const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
  const endless = await raw(port, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(12)}`)
  expect(statusOf(endless.head)).toBe(413)
  endless.socket.destroy()
  const twice = await raw(port, `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)
  expect(statusOf(twice.head)).toBe(400)
  twice.socket.destroy()
  const deep = await it.raw('POST', '/api/jobs', {
    headers: { 'content-type': 'application/json' },
    body: `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
  })
  expect(deep.status).toBe(400)
  const polluted = await it.raw('POST', '/api/sets', {
    headers: { 'content-type': 'application/json' },
    body: '{"__proto__":{"name":"x"},"constructor":{"prototype":{"polluted":1}},"items":[]}',
  })
  expect(polluted.status).toBe(400)
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

test('the zip of a huge job is streamed: it takes no memory, is complete, and leaves nothing open', async () => {
  const dir = join(it.dataDir, 'jobs', 'huge')
  await cp(join(it.dataDir, 'jobs', jobId), dir, { recursive: true })
  await rm(join(dir, 'studio'), { recursive: true })
  const megabyte = Buffer.alloc(1024 * 1024, 'p')
  for (let at = 0; at < 300; at += 1) await writeFile(join(dir, 'output', `part-${at}.png`), megabyte)
  await it.get('listJobs')
  const url = it.studio.url + apiUrl('jobZip', { jobId: 'huge' })
  const before = openDescriptors()
  const rss = process.memoryUsage.rss()
  let bytes = 0
  let peak = 0
  const whole = await request(url)
  for await (const chunk of whole.body) {
    bytes += (chunk as Buffer).length
    peak = Math.max(peak, process.memoryUsage.rss() - rss)
  }
  expect(bytes).toBeGreaterThan(300 * 1024 * 1024)
  expect(peak).toBeLessThan(200 * 1024 * 1024)
  for (let round = 0; round < 20; round += 1) {
    const part = await request(url)
    for await (const _ of part.body) break
  }
  // If the job is deleted meanwhile, the reader gets the open file, and the server goes on.
  const last = await request(url)
  const reading = last.body.on('error', () => undefined)
  await once(reading, 'readable')
  expect((await it.call('deleteJob', { params: { jobId: 'huge' } })).status).toBe(204)
  reading.resume()
  await once(reading, 'close')
  expect((await it.call('health')).status).toBe(200)
  expect(it.failures).toEqual([])
  if (before !== null) await expect.poll(() => openDescriptors(), { timeout: 10_000 }).toBeLessThanOrEqual(before + 10)
}, 120_000)

/** A renderer that says that it has started, and then nothing until it is ended. */
const waiting = async (): Promise<Renderer> => ({
  ...sampleRenderer(),
  command: process.execPath,
  args: () => ['-e', 'process.stdout.write("| Starting Run |\\n"); setInterval(() => {}, 1000)'],
})

test('of starts that come together only as many are accepted as fit, and the others leave nothing behind', async () => {
  await using busy = await openStudio({ makeRenderer: waiting })
  const connection = await busy.connect()
  const targets = [{ server: connection.servers[0]?.id ?? '', ratingKey: '101' }]
  // An edited config is written into the job, and its secrets into our store.
  const configText = `${connection.text}\n# edited\n`
  const body = { connectionId: connection.id, targets, configText }
  const count = limits.maxQueuedJobs + 12
  const answers = await Promise.all(Array.from({ length: count }, () => busy.call('startJob', { body })))
  const started = answers.filter(({ status }) => status === 201).map((answer) => answer.body.id)
  expect(answers.filter(({ status }) => status === 429).length).toBe(count - started.length)
  expect(started.length).toBeGreaterThanOrEqual(limits.maxQueuedJobs)
  expect(started.length).toBeLessThanOrEqual(limits.maxQueuedJobs + 1)
  expect((await readdir(join(busy.dataDir, 'jobs'))).toSorted()).toEqual(started.toSorted())
  const { queued, runningId } = (await busy.get('getState')).jobs
  expect([queued, started.includes(runningId ?? '')]).toEqual([started.length - 1, true])

  // All are cancelled twice and deleted at the same time. Each answer is one of those in the contract.
  const races = await Promise.all(
    started.flatMap((id) => [
      busy.call('cancelJob', { params: { jobId: id } }),
      busy.call('deleteJob', { params: { jobId: id } }),
      busy.call('cancelJob', { params: { jobId: id } }),
      busy.call('getJob', { params: { jobId: id } }),
    ]),
  )
  expect(races.filter(({ status }) => ![200, 204, 404, 409].includes(status))).toEqual([])
  for (const id of started) {
    using stream = listen(busy.studio.url + apiUrl('jobEvents', { jobId: id }))
    await stream.closed
    const gone = await busy.call('deleteJob', { params: { jobId: id } })
    expect([204, 404]).toContain(gone.status)
  }
  expect((await busy.get('getState')).jobs).toEqual({ total: 0, queued: 0, runningId: null })
  expect(await readdir(join(busy.dataDir, 'jobs'))).toEqual([])
  expect(busy.failures).toEqual([])
}, 180_000)

test('at most six thumbnails are made at once, the newest first; those that nobody waits for are given up', async () => {
  let now = 0
  let most = 0
  const asked: string[] = []
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const items = Array.from({ length: 30 }, (_, at) => {
    const key = String(300 + at)
    const poster = agentPoster(`slow ${key}`)
    const read = async () => {
      now += 1
      most = Math.max(most, now)
      asked.push(key)
      await gate
      now -= 1
      return poster.read()
    }
    return film(key, `Film ${at}`, { posters: [{ ...poster, read }] })
  })
  await using slow = await openStudio({ libraries: [{ key: 1, title: 'Movies', type: 'movie', items }] })
  const server = (await slow.connect()).servers[0]?.id ?? ''
  const url = (key: string) => slow.studio.url + apiUrl('itemThumbnail', { server, ratingKey: key }, { w: 120 })
  const get = (at: number, signal?: AbortSignal) =>
    fetch(url(String(300 + at)), signal === undefined ? {} : { signal }).then(({ status }) => status)
  // The six were given up before Plex answered, and their places are free again.
  const abort = new AbortController()
  const given = Array.from({ length: 6 }, (_, at) => get(at, abort.signal).catch(() => 'gone'))
  await expect.poll(() => asked.length).toBe(6)
  abort.abort()
  expect(await Promise.all(given)).toEqual(Array(6).fill('gone'))
  const wanted = Array.from({ length: 24 }, (_, at) => get(6 + at))
  await expect.poll(() => asked.length).toBe(12)
  await during(100)
  expect(asked.length).toBe(12)
  open()
  expect(await Promise.all(wanted)).toEqual(Array(24).fill(200))
  expect(asked.length).toBe(30)
  // At most six that were given up and six that were wanted were asked for at the same time.
  expect(most).toBeLessThanOrEqual(12)
  expect(slow.failures).toEqual([])
})
