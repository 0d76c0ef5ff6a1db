import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { makeJobDir, outputFiles } from '../support/capture/captures.ts'

const childScript = fileURLToPath(new URL('../support/capture/capture-memory-child.ts', import.meta.url))
const mebibyte = 1024 * 1024

/** Uploads all bodies in parallel to a separate process, and returns the largest growth of its memory. */
async function peakGrowth(jobDir: string, uploads: number, bytes: number, contentType?: string): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', childScript, jobDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const tell = async () => JSON.parse((await lines.next()).value ?? '{}') as Record<string, number>
  const { port, startBytes = 0 } = await tell()
  const statuses = await Promise.all(
    Array.from({ length: uploads }, async (_, at) => {
      const answer = await request(`http://127.0.0.1:${port}/library/metadata/${at}/posters`, {
        method: 'POST',
        body: Readable.from(body(bytes, contentType !== undefined)),
        headers: contentType === undefined ? {} : { 'content-type': contentType },
        headersTimeout: 60_000,
      })
      await answer.body.dump()
      return answer.statusCode
    }),
  )
  expect(new Set(statuses)).toEqual(new Set([200]))
  child.stdin.end()
  const { peakBytes = Number.POSITIVE_INFINITY } = await tell()
  await once(child, 'close')
  return peakBytes - startBytes
}

function* body(bytes: number, multipart: boolean): Generator<Buffer> {
  if (multipart) yield Buffer.from('--B\r\nContent-Disposition: form-data; name="file"\r\n\r\n')
  const block = Buffer.alloc(64 * 1024, '\r\n--')
  yield Buffer.from([0xff, 0xd8, 0xff])
  for (let sent = 0; sent < bytes; sent += block.length) yield block
  if (multipart) yield Buffer.from('\r\n--B--\r\n')
}

test('eight parallel bodies of 60 MiB: 480 MiB on disk, not in memory', async () => {
  const jobDir = makeJobDir()
  expect(await peakGrowth(jobDir, 8, 60 * mebibyte)).toBeLessThan(140 * mebibyte)
  expect(outputFiles(jobDir).filter((file) => file.endsWith('.jpg'))).toHaveLength(8)
}, 120_000)

test('the same as multipart', async () => {
  const jobDir = makeJobDir()
  expect(await peakGrowth(jobDir, 6, 60 * mebibyte, 'multipart/form-data; boundary=B')).toBeLessThan(140 * mebibyte)
  expect(outputFiles(jobDir).map((file) => file.replace(/.*\./, ''))).toEqual(Array(6).fill('jpg'))
}, 120_000)
