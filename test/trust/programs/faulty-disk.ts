import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { request } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBeneath } from '../../../src/util/beneath/beneath.ts'

/**
 * A process whose disk fails on demand, with the whole proxy in it. Arguments: mode, number of points, a folder for
 * jobs. Prints one line of JSON: what was tried and what went wrong. The store and the proxy are real; only the calls
 * of node:fs under them fail, or the system itself refuses.
 */
const [mode = '', pointsText = '64', folder = tmpdir()] = process.argv.slice(2)
const points = Number(pointsText)

// ---- file system calls that fail: patched before any of our modules is loaded
interface Fault {
  /** The number of the call that fails; 0: none. */
  at: number
  code: string
}
let fault: Fault = { at: 0, code: '' }
let calls = 0
const trace: string[] = []

function step(name: string): void {
  calls += 1
  trace.push(name)
  if (calls !== fault.at) return
  throw Object.assign(new Error(`${fault.code}: planted, ${name}`), { code: fault.code, syscall: name })
}

type Call = (this: unknown, ...args: unknown[]) => unknown
function patch(target: object, names: readonly string[], label: (name: string, args: unknown[]) => string): void {
  const methods = target as Record<string, Call>
  for (const name of names) {
    const original = methods[name]
    if (!original) throw new Error(`node:fs has no ${name}`)
    methods[name] = async function (...args) {
      step(label(name, args))
      return original.apply(this, args)
    }
  }
}
const handle = await fs.promises.open(join(folder, '.probe'), 'w')
patch(Object.getPrototypeOf(handle) as object, ['write', 'writev', 'sync', 'datasync'], (name) => `handle.${name}`)
patch(fs.promises, ['open', 'rename'], (name, args) => `${name} ${String(args[1] ?? '')}`)
for (const name of ['openSync', 'mkdirSync', 'readdirSync'] as const) {
  const original: Call = fs[name] as Call
  Object.assign(fs, {
    [name](...args: unknown[]) {
      step(name)
      return original.apply(fs, args)
    },
  })
}
syncBuiltinESMExports()
await handle.close()

const { createCaptureStore } = await import('../../../src/proxy/capture/store.ts')
const { clientToken } = await import('../../support/proxy-world.ts')
const { startTrustWorld } = await import('../world.ts')

const problems: string[] = []
const counts = { tried: 0, acknowledged: 0, refused: 0, broken: 0 }

function body(bytes: number): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(bytes)])
}

interface Upload {
  bytes: Buffer
  chunked?: boolean
  multipart?: boolean
}

const multipartHead = Buffer.from('--B\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n')
const framed = ({ bytes, multipart }: Upload) =>
  multipart ? Buffer.concat([multipartHead, bytes, Buffer.from('\r\n--B--\r\n')]) : bytes

/** Status of the answer; 0 if there was none. */
function send(port: number, upload: Upload): Promise<number> {
  const content = framed(upload)
  const headers: Record<string, string | number> = { 'X-Plex-Token': clientToken }
  if (upload.chunked) headers['Transfer-Encoding'] = 'chunked'
  else headers['Content-Length'] = content.length
  if (upload.multipart) headers['Content-Type'] = 'multipart/form-data; boundary=B'
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/library/metadata/7/posters',
      headers,
      agent: false,
    }
    const sent = request(options, (answer) =>
      answer.resume().once('close', () => resolve(answer.complete ? (answer.statusCode ?? 0) : 0)),
    )
    sent.once('error', () => resolve(0))
    sent.end(content)
  })
}

/** Sends the first part of an upload, and then the client goes away. True: it was acknowledged nevertheless. */
function sendCut(port: number, upload: Upload, bytes: number): Promise<boolean> {
  const content = framed(upload)
  const head = `POST /library/metadata/7/posters HTTP/1.1\r\nHost: a\r\nX-Plex-Token: ${clientToken}\r\n${
    upload.multipart ? 'Content-Type: multipart/form-data; boundary=B\r\n' : ''
  }${upload.chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${content.length}`}\r\n\r\n`
  const size = `${content.length.toString(16)}\r\n`
  return new Promise((resolve) => {
    let said = ''
    const socket = connect(port, '127.0.0.1', () => {
      socket.end(Buffer.concat([Buffer.from(head + (upload.chunked ? size : '')), content.subarray(0, bytes)]))
    })
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(/^HTTP\/1\.1 200/.test(said)))
  })
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** The files under final names: hash -> name. */
function finals(jobDir: string): Map<string, string> {
  const dir = join(jobDir, 'output', 'by_ratingkey')
  const names = fs.existsSync(dir) ? fs.readdirSync(dir) : []
  return new Map(
    names.filter((name) => !name.endsWith('.tmp')).map((name) => [hashOf(fs.readFileSync(join(dir, name))), name]),
  )
}

function check(label: string, jobDir: string, uploads: readonly { upload: Upload; status: number }[]): void {
  const found = finals(jobDir)
  const sent = new Set(uploads.map(({ upload }) => hashOf(upload.bytes)))
  for (const { upload, status } of uploads) {
    counts.tried += 1
    if (status === 200) counts.acknowledged += 1
    else if (status === 0) counts.broken += 1
    else counts.refused += 1
    const kept = found.has(hashOf(upload.bytes))
    if (status === 200 && !kept) problems.push(`${label}: acknowledged, but not there`)
    if (status !== 200 && status !== 507 && status !== 0) problems.push(`${label}: the status ${status}`)
  }
  for (const [hash, name] of found) if (!sent.has(hash)) problems.push(`${label}: ${name} is torn`)
}

async function withJob<T>(
  run: (port: number, jobDir: string, captures: ReturnType<typeof createCaptureStore>) => Promise<T>,
): Promise<T> {
  const jobDir = fs.mkdtempSync(join(folder, 'job-'))
  const captures = createCaptureStore({ job: openBeneath(jobDir) })
  await using world = await startTrustWorld({ captures })
  try {
    return await run(world.proxy.port, jobDir, captures)
  } finally {
    world.assertUntouched()
    fs.rmSync(jobDir, { recursive: true, force: true })
  }
}

const mixed = (): Upload[] => [
  { bytes: body(100_000) },
  { bytes: body(700_000), chunked: true },
  { bytes: body(50_000), multipart: true },
  { bytes: body(400_000), multipart: true, chunked: true },
]

async function errors(): Promise<void> {
  const codes = ['EIO', 'ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'EACCES']
  for (let at = 1; at <= points; at += 1) {
    await withJob(async (port, jobDir) => {
      const code = codes[at % codes.length] ?? 'EIO'
      const uploads: { upload: Upload; status: number }[] = []
      calls = 0
      fault = { at, code }
      // One upload has fewer calls than there are points, so uploads continue until the fault has happened.
      while (calls < at) for (const upload of mixed()) uploads.push({ upload, status: await send(port, upload) })
      fault = { at: 0, code: '' }
      const after = { bytes: body(1_000) }
      const status = await send(port, after)
      if (status !== 200) problems.push(`${code} at call ${at}: unusable afterwards (${status})`)
      check(`${code} at call ${at}`, jobDir, [...uploads, { upload: after, status }])
      if (uploads.every((one) => one.status === 200)) problems.push(`${code} at call ${at} was not noticed`)
    })
  }
}

/** No file may grow past a limit, which the system itself enforces. */
async function efbig(): Promise<void> {
  const size = 400_000
  for (let at = 1; at <= points; at += 1) {
    await withJob(async (port, jobDir) => {
      const limit = Math.ceil((size * 1.2 * at) / points)
      const upload = mixed()[at % 4] ?? { bytes: body(size) }
      execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${limit}:`])
      const status = await send(port, upload)
      execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited:'])
      check(`a limit of ${limit} bytes`, jobDir, [{ upload, status }])
      if (status === 200 && framed(upload).length > limit)
        problems.push(`${framed(upload).length} bytes fitted into ${limit}`)
    })
  }
}

/** The client goes away after each 64th of an upload. */
async function cuts(): Promise<void> {
  await withJob(async (port, jobDir, captures) => {
    let sent = 0
    for (let at = 0; at < points; at += 1) {
      for (const upload of mixed()) {
        sent += 1
        counts.tried += 1
        const whole = framed(upload).length
        if (await sendCut(port, upload, Math.floor((whole * at) / points)))
          problems.push(`cut at ${at}/${points}: acknowledged`)
      }
    }
    // The store lists each upload as soon as it has it; consecutive uploads that are cut alike are one capture with
    // several attempts.
    const kept = () => captures.list().reduce((sum, { attempts }) => sum + attempts, 0)
    while (kept() < sent) await new Promise((resolve) => setTimeout(resolve, 10))
    for (const { parse_error, type, saved_path } of captures.list()) {
      if (parse_error === null) problems.push(`a cut upload counts as whole: ${saved_path}`)
      if (type !== null && !fs.existsSync(join(jobDir, saved_path ?? ''))) problems.push(`${saved_path} is missing`)
    }
  })
}

/** A file system of 6 MB, until it is full and beyond. */
async function full(): Promise<void> {
  await withJob(async (port, jobDir) => {
    const uploads: { upload: Upload; status: number }[] = []
    for (let at = 0; at < 64; at += 4) {
      uploads.push(
        ...(await Promise.all(mixed().map(async (upload) => ({ upload, status: await send(port, upload) })))),
      )
    }
    check('a full disk', jobDir, uploads)
    if (counts.acknowledged === 0 || counts.refused === 0) problems.push('the disk was not filled on the way')
  })
}

/** The order of the calls for one upload; `200` is the acknowledgement. */
async function order(): Promise<void> {
  await withJob(async (port) => {
    await send(port, { bytes: body(10) })
    trace.length = 0
    const status = await send(port, { bytes: body(300_000) })
    trace.push(String(status))
  })
}

const modes: Record<string, () => Promise<void>> = { errors, efbig, cuts, full, order }
await modes[mode]?.()
process.stdout.write(`${JSON.stringify({ ...counts, problems, trace: mode === 'order' ? trace : [] })}\n`, () =>
  process.exit(0),
)
