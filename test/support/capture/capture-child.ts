import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { writeSync } from 'node:fs'
import { Readable } from 'node:stream'
import { createCaptureStore } from '../../../src/proxy/capture/store.ts'
import { openBeneath } from '../../../src/util/beneath/beneath.ts'

/**
 * A process that keeps uploads, for tests that kill it or take its disk away. Arguments: job folder, mode. `loop`:
 * uploads without end, four at a time. A line "ack <path>" means that the store has acknowledged one. `small-files`:
 * limits files to 300,000 bytes, uploads one that is too large and one that is small, prints both results. `once`: a
 * single upload.
 */
const [jobDir = '', mode = ''] = process.argv.slice(2)
const store = createCaptureStore({ job: openBeneath(jobDir) })
let seq = 0

/** A body whose completeness can be checked: magic, random bytes, and the hash of both. */
function selfProving(bytes: number): Buffer {
  const data = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(bytes)])
  return Buffer.concat([data, createHash('sha256').update(data).digest()])
}

async function upload(image: Buffer): Promise<string> {
  seq += 1
  const multipart = seq % 3 === 0
  const body = multipart ? Buffer.concat([Buffer.from('--B\r\n\r\n'), image, Buffer.from('\r\n--B--\r\n')]) : image
  const capture = await store.keepBody(
    {
      seq,
      timestamp: new Date().toISOString(),
      server: 's',
      method: 'POST',
      path: '/library/metadata/1/posters',
      query: '',
      ratingKey: '1',
      kind: 'poster',
    },
    {
      stream: Readable.from([body.subarray(0, 1000), body.subarray(1000)]),
      contentType: multipart ? 'multipart/form-data; boundary=B' : undefined,
      contentLength: body.length,
    },
  )
  return capture.saved_path ?? ''
}

const say = (line: string) => writeSync(1, `${line}\n`)

async function loop(): Promise<never> {
  for (;;) say(`ack ${await upload(selfProving(Math.floor(Math.random() * 400_000)))}`)
}

if (mode === 'loop') {
  say('ready')
  await Promise.all([loop(), loop(), loop(), loop()])
} else if (mode === 'small-files') {
  const [command, ...args] = ['prlimit', '--pid', String(process.pid), '--fsize=300000'] as const
  execFileSync(command, args)
  for (const bytes of [1_000_000, 1000]) {
    await upload(selfProving(bytes)).then(
      (path) => say(`kept ${path}`),
      (error: NodeJS.ErrnoException) => say(`rejected ${error.code}`),
    )
  }
} else {
  say(`ack ${await upload(selfProving(100_000))}`)
}
