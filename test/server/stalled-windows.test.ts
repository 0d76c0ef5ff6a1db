import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newRecord } from '../../src/server/jobs/store/studio-job-record.ts'
import { limits } from '../../src/server/limits.ts'

/** A hundred windows that take nothing share their memory, and do not each hold a log. */
const jobId = 'long-log'
const logFiles = 6
const batchesPerFile = 20
const linesPerBatch = 100
let dir: string
let child: ChildProcess
let port: number
let url: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kometa-preview-stalled-'))
  const folder = join(dir, 'data', 'jobs', jobId, 'studio')
  await mkdir(folder, { recursive: true })
  const record = newRecord({
    id: jobId,
    title: 'A long log',
    config: { kind: 'path', name: 'config.yml', path: '/nowhere/config.yml', edited: false },
    targets: [],
    origin: 'studio',
    renderer: 'sample',
    status: 'success',
  })
  await writeFile(join(folder, 'job.json'), JSON.stringify(record))
  let id = 0
  let n = 0
  for (let file = 1; file <= logFiles; file += 1) {
    const batches = Array.from({ length: batchesPerFile }, () => {
      id += 1
      const lines = Array.from({ length: linesPerBatch }, () => {
        n += 1
        return { n, source: 'kometa', level: 'info', text: `${n} ${'x'.repeat(1_900)}`, at: '2026-01-01T00:00:00.000Z' }
      })
      return `${JSON.stringify({ id, lines })}\n`
    })
    await writeFile(join(folder, `lines-${String(file).padStart(6, '0')}.jsonl`), batches.join(''))
  }
  const program = fileURLToPath(new URL('idle-studio-child.ts', import.meta.url))
  child = spawn(process.execPath, ['--import', 'tsx', program, dir], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  ;[url] = (await once(child, 'message')) as [string]
  port = Number(new URL(url).port)
}, 60_000)
afterAll(async () => {
  child.disconnect()
  await once(child, 'exit')
  await rm(dir, { recursive: true, force: true })
})

/** The memory of the studio's process, now and at its peak, in bytes. */
async function memory(): Promise<{ now: number; most: number }> {
  const text = await readFile(`/proc/${child.pid}/status`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1_024
  return { now: of('VmRSS'), most: of('VmHWM') }
}

/** A window that asks for all events of the job, and then reads only the head of the answer. */
async function stalled(lines: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(`GET /api/jobs/${jobId}/events?lines=${lines} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
  await once(socket, 'readable')
  return socket
}

test.skipIf(process.platform !== 'linux')(
  '100 stalled windows on a job with a long log take up to 250 MB',
  async () => {
    const before = (await memory()).now
    const sockets = await Promise.all(Array.from({ length: limits.maxStreams }, () => stalled(10_000)))
    // Each has got what its connection takes; now they only wait.
    const one = sockets[0]
    if (!one) throw new Error('no window')
    const answer = await fetch(`${url}/api/health`)
    expect(answer.status).toBe(200)
    await expect.poll(() => sockets.every((socket) => socket.readableLength > 10_000), { timeout: 60_000 }).toBe(true)
    const { most } = await memory()
    console.log(`100 stalled windows: ${Math.round((most - before) / 1e6)} MB on top of ${Math.round(before / 1e6)} MB`)
    expect(most - before).toBeLessThan(250 * 1024 * 1024)
    for (const socket of sockets) socket.destroy()
  },
  120_000,
)
