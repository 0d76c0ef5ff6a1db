import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { removeTemporaryFiles } from '../../src/proxy/capture/folders.ts'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { describeUpload, startCaptureServer } from '../support/capture/capture-server.ts'
import { bodyOf, makeJobDir, outputFiles } from '../support/capture/captures.ts'
import { makeImage } from '../support/images.ts'

const childScript = fileURLToPath(new URL('../support/capture/capture-child.ts', import.meta.url))

function startChild(
  jobDir: string,
  mode: string,
  wrapper: readonly string[] = [],
): ChildProcess & { lines: AsyncIterable<string> } {
  const [command = '', ...args] = [...wrapper, process.execPath, '--import', 'tsx', childScript, jobDir, mode]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return Object.assign(child, { lines: createInterface({ input: child.stdout ?? process.stdin }) })
}

/** Whether a body made by the child is whole: it ends in the hash of the bytes before. */
function isWhole(file: string): boolean {
  const bytes = readFileSync(file)
  const hash = createHash('sha256').update(bytes.subarray(0, -32)).digest()
  return bytes.length > 32 && hash.equals(bytes.subarray(-32))
}

/** Runs a command to its end; true if it exists and succeeds. */
const run = (command: string, ...args: string[]) => spawnSync(command, args).status === 0

test.each([
  ['a picture', async () => Buffer.concat([await makeImage('jpg'), Buffer.alloc(40_000)])],
  ['something else', async () => Buffer.alloc(40_000, 'x')],
])('until it is whole an upload has only a temporary name: %s', async (_name, make) => {
  const jobDir = makeJobDir()
  const store = createCaptureStore({ job: openBeneath(jobDir) })
  const bytes = await make()
  const stream = new PassThrough()
  const kept = store.keepBody(describeUpload(), { stream, contentType: undefined, contentLength: bytes.length })
  stream.write(bytes.subarray(0, 20_000))
  await expect.poll(() => outputFiles(jobDir)).toHaveLength(1)
  expect(outputFiles(jobDir)).toEqual([expect.stringMatching(/\/\.capture-[^/]+\.tmp$/)])
  stream.end(bytes.subarray(20_000))
  const { saved_path } = await kept
  expect(outputFiles(jobDir)).toEqual([saved_path])
  expect(saved_path).not.toMatch(/tmp/)
})

describe('a killed process', () => {
  const rounds = 20

  test(`${rounds} rounds of kill -9: no torn file, no acknowledged upload lost`, { timeout: 120_000 }, async () => {
    let acknowledged = 0
    let finals = 0
    for (let round = 0; round < rounds; round++) {
      const jobDir = makeJobDir()
      const child = startChild(jobDir, 'loop')
      const acks: string[] = []
      const enough = randomInt(1, 40)
      for await (const line of child.lines) {
        if (line.startsWith('ack ')) acks.push(line.slice(4))
        // Killed at a random moment between two events, during four uploads.
        if (acks.length === enough) setTimeout(() => child.kill('SIGKILL'), randomInt(0, 8))
      }
      const files = outputFiles(jobDir).filter((file) => !file.endsWith('.tmp'))
      for (const file of files.filter((name) => name.endsWith('.jpg'))) expect(isWhole(join(jobDir, file))).toBe(true)
      expect(acks.filter((path) => !files.includes(path))).toEqual([])
      expect(acks.length).toBeGreaterThanOrEqual(enough)
      await removeTemporaryFiles(openBeneath(jobDir))
      expect(outputFiles(jobDir)).toEqual(files)
      acknowledged += acks.length
      finals += files.length
    }
    expect(acknowledged).toBeGreaterThan(rounds)
    expect(finals).toBeGreaterThanOrEqual(acknowledged)
  })

  test.skipIf(!run('strace', '--version'))(
    'the order of the system calls: write, sync, rename, sync of the folder, acknowledge (skipped without strace)',
    async () => {
      const jobDir = makeJobDir()
      const log = join(jobDir, 'strace.log')
      const child = startChild(jobDir, 'once', [
        'strace',
        '-f',
        '-y',
        '-s',
        '200',
        '-o',
        log,
        '-e',
        'trace=write,writev,pwritev,fsync,rename,renameat,renameat2',
      ])
      await once(child, 'close')
      const calls = readFileSync(log, 'utf8').split('\n')
      const at = (pattern: RegExp) => calls.findIndex((call) => pattern.test(call) && !call.includes('resumed'))
      const order = [
        at(/p?writev?\(\d+<.*\.capture-.*\.tmp>/),
        at(/fsync\(\d+<.*\.capture-.*\.tmp>/),
        // The job's folders are held open, so the trace names them by their descriptors.
        at(/rename\("[^"]*\/\.capture-[^"]*\.tmp", "[^"]*\/1_poster_/),
        calls.findLastIndex((call) => /fsync\(\d+<.*by_ratingkey>/.test(call)),
        at(/write\(1<.*"ack /),
      ]
      expect(order.every((line) => line >= 0)).toBe(true)
      expect(order).toEqual([...order].sort((a, b) => a - b))
    },
  )
})

describe('a disk that accepts no more', () => {
  test.skipIf(!run('prlimit', '--version'))(
    'a file size limit (EFBIG): rejected, nothing left over, the next one is kept (skipped without prlimit)',
    async () => {
      const jobDir = makeJobDir()
      const child = startChild(jobDir, 'small-files')
      const lines: string[] = []
      for await (const line of child.lines) lines.push(line)
      expect(lines[0]).toBe('rejected EFBIG')
      expect(lines[1]).toMatch(/^kept output\/by_ratingkey\//)
      expect(outputFiles(jobDir)).toEqual([lines[1]?.slice(5)])
    },
  )

  test('a full file system of 4 MB: no false acknowledgement, usable again', async ({ skip }) => {
    const jobDir = mountSmallDisk() ?? skip('this user may not mount a file system')
    onTestFinished(() => {
      run('umount', jobDir)
      rmSync(jobDir, { recursive: true, force: true })
    })
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    await using server = await startCaptureServer(store)
    const image = await makeImage('jpg')
    const large = (seed: number) => Buffer.concat([image, Buffer.alloc(1_500_000, seed)])
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async (_, at) => {
        const answer = await request(`http://127.0.0.1:${server.port}/library/metadata/${at}/posters`, {
          method: 'POST',
          body: large(at),
        })
        await answer.body.dump()
        return answer.statusCode
      }),
    )
    const kept = statuses.filter((status) => status === 200).length
    expect(new Set(statuses)).toEqual(kept > 0 ? new Set([200, 507]) : new Set([507]))
    expect(store.list()).toHaveLength(kept)
    expect(outputFiles(jobDir)).toEqual(
      store
        .list()
        .map((capture) => capture.saved_path)
        .sort(),
    )
    for (const file of outputFiles(jobDir)) rmSync(join(jobDir, file))
    expect(await store.keepBody(describeUpload({ ratingKey: '99' }), bodyOf(large(99)))).toMatchObject({
      type: 'jpg',
      parse_error: null,
    })
  })

  test('a folder that is gone: rejected, and usable when the folder is back', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const image = await makeImage('jpg')
    await store.keepBody(describeUpload(), bodyOf(image))
    const output = join(jobDir, 'output')
    renameSync(output, `${output}-away`)
    writeFileSync(output, 'a file where the folder was')
    await expect(store.keepBody(describeUpload({ ratingKey: '2' }), bodyOf(image))).rejects.toThrow(/ENOTDIR/)
    await expect(store.keepBody(describeUpload({ ratingKey: '2' }), bodyOf(image))).rejects.toThrow(/EEXIST|ENOTDIR/)
    rmSync(output)
    expect(await store.keepBody(describeUpload({ ratingKey: '2' }), bodyOf(image))).toMatchObject({ type: 'jpg' })
    expect(store.list()).toHaveLength(2)
  })
})

describe('many parallel uploads', () => {
  test('1,000 uploads to one key in one microsecond: 1,000 files, listed in the order of seq', {
    timeout: 90_000,
  }, async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({ job: openBeneath(jobDir) })
    const image = await makeImage('webp')
    const uploads = Array.from({ length: 1000 }, (_, at) => ({
      upload: describeUpload(),
      bytes: Buffer.concat([image, Buffer.from(String(at))]),
    }))
    const shuffled = [...uploads].sort((a, b) => ((a.upload.seq * 7919) % 1000) - ((b.upload.seq * 7919) % 1000))
    await Promise.all(shuffled.map(({ upload, bytes }) => store.keepBody(upload, bodyOf(bytes))))
    const captures = store.list()
    expect(captures.map(({ seq }) => seq)).toEqual(uploads.map(({ upload }) => upload.seq))
    expect(new Set(captures.map((capture) => capture.saved_path?.toLowerCase())).size).toBe(1000)
    for (const [at, { bytes }] of uploads.entries()) {
      expect(readFileSync(join(jobDir, captures[at]?.saved_path ?? '')).equals(bytes)).toBe(true)
    }
    expect(outputFiles(jobDir)).toHaveLength(1000)
  })

  test('identical uploads that overlap are not retries', async () => {
    const store = createCaptureStore({ job: openBeneath(makeJobDir()) })
    const image = await makeImage('webp')
    await Promise.all(Array.from({ length: 50 }, () => store.keepBody(describeUpload(), bodyOf(image))))
    expect(store.list().map((capture) => capture.attempts)).toEqual(Array(50).fill(1))
  })

  test('if all waiting places are taken an upload is rejected', async () => {
    const store = createCaptureStore({
      job: openBeneath(makeJobDir()),
      limits: { maxOpenUploads: 1, maxWaitingUploads: 1 },
    })
    const image = await makeImage('webp')
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map((at) => store.keepBody(describeUpload({ ratingKey: String(at) }), bodyOf(image))),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(await store.keepBody(describeUpload(), bodyOf(image))).toMatchObject({ type: 'webp' })
  })

  test('a sender that goes away while it waits for its turn: what it had sent is kept', async () => {
    const jobDir = makeJobDir()
    const store = createCaptureStore({
      job: openBeneath(jobDir),
      limits: { maxOpenUploads: 1, senderPatienceMs: 60_000 },
    })
    await using server = await startCaptureServer(store)
    const slow = new PassThrough()
    const first = store.keepBody(describeUpload(), { stream: slow, contentType: undefined, contentLength: undefined })
    const image = await makeImage('jpg')
    const socket = connect(server.port, '127.0.0.1')
    socket.end(
      Buffer.concat([
        Buffer.from('POST /library/metadata/7/posters HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n'),
        image,
      ]),
    )
    await once(socket.resume(), 'close')
    slow.end(image)
    expect(await first).toMatchObject({ type: 'jpg' })
    const second = await server.next()
    expect(second).toMatchObject({
      type: null,
      size_bytes: image.length,
      parse_error: expect.stringMatching(/^the body ended early/),
    })
    expect(outputFiles(jobDir)).toHaveLength(2)
  })
})

/** A file system of 4 MB, if this user may mount one. */
function mountSmallDisk(): string | null {
  if (process.platform !== 'linux') return null
  const dir = mkdtempSync(join(tmpdir(), 'small-disk-'))
  if (run('mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', dir)) return dir
  rmSync(dir, { recursive: true })
  return null
}
