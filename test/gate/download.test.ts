import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type DownloadOptions, downloadFile } from '../../src/gate/download.ts'
import { probeHost } from '../../src/gate/probe.ts'

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'download-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function optionsFor(origin: string, more: Partial<DownloadOptions> = {}): DownloadOptions {
  const options = {
    url: `${origin}/file`,
    to: join(makeFolder(), 'file'),
    origins: [origin],
    maxBytes: 1_000_000,
    env: {},
  }
  return { ...options, signal: new AbortController().signal, ...more }
}

/** The error that refuses a download; nothing of the file is left. */
async function refused(options: DownloadOptions): Promise<{ code: string; message: string }> {
  const error = await downloadFile(options).then(
    () => null,
    (failure: unknown) => failure,
  )
  expect(existsSync(options.to)).toBe(false)
  expect(existsSync(`${options.to}.part`)).toBe(false)
  return error as { code: string; message: string }
}

const content = randomBytes(200_000)

test.each([
  ['with a length', { 'content-length': content.length }, content.length],
  ['without one', {}, null],
])('a file %s: complete under its name, with its hash, and its progress is reported', async (_name, headers, total) => {
  const origin = await serve((_req, res) => res.writeHead(200, headers).end(content))
  const told: [number, number | null][] = []
  const options = optionsFor(origin, { onProgress: (...progress) => told.push(progress) })
  expect(await downloadFile(options)).toBe(createHash('sha256').update(content).digest('hex'))
  expect(readFileSync(options.to).equals(content)).toBe(true)
  expect(told.at(-1)).toEqual([content.length, total])
})

test('redirects are followed to hosts on the list, and to no others', async () => {
  const away = await serve((_req, res) => res.end(content))
  const origin = await serve((req, res) => {
    if (req.url === '/file') res.writeHead(302, { location: '/next' }).end()
    else if (req.url === '/next') res.writeHead(301, { location: `${away}/file` }).end()
    else res.writeHead(302, { location: '/round' }).end()
  })
  const options = optionsFor(origin, { origins: [origin, away] })
  expect(await downloadFile(options)).toBe(createHash('sha256').update(content).digest('hex'))
  expect((await refused(optionsFor(origin))).message).toContain(`it leads to ${away}, which is not on the list`)
  expect((await refused(optionsFor(origin, { url: `${origin}/round` }))).message).toContain('more than 5 redirects')
})

test.each([
  ['404', 404, {}, 'there is no such file'],
  ['another status', 500, {}, 'status 500'],
  ['a redirect to nowhere', 302, {}, 'status 302'],
  ['a redirect to an invalid address', 302, { location: 'http://[' }, 'status 302'],
  ['an answer without a body', 204, {}, 'status 204'],
])('%s is described in words', async (_name, status, headers, words) => {
  const origin = await serve((_req, res) => res.writeHead(status, headers).end())
  expect(await refused(optionsFor(origin))).toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining(words),
  })
})

test('a file that is too large, cut or missing leaves nothing behind', async () => {
  const origin = await serve((_req, res) => res.writeHead(200).end(content))
  expect((await refused(optionsFor(origin, { maxBytes: 1_000 }))).message).toContain('larger than 1000 bytes')
  const cut = await serve((_req, res) => {
    res.writeHead(200, { 'content-length': content.length })
    res.write(content.subarray(0, 1_000), () => res.socket?.resetAndDestroy())
  })
  expect(await refused(optionsFor(cut))).toMatchObject({ code: 'DOWNLOAD_FAILED' })
  const gone = createTcpServer().listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  expect((await refused(optionsFor(`http://127.0.0.1:${port}`))).message).toContain('ECONNREFUSED')
})

test('a cancelled download counts as cancelled, not as failed', async () => {
  const cancel = new AbortController()
  const origin = await serve((_req, res) => {
    res.writeHead(200)
    res.write(content, () => cancel.abort())
  })
  expect((await refused(optionsFor(origin, { signal: cancel.signal }))).code).toBe('CANCELLED')
})

test.each(['http_proxy', 'HTTP_PROXY'])("the user's %s is used, except for hosts in NO_PROXY", async (name) => {
  const asked: string[] = []
  const proxy = createServer((req, res) => {
    asked.push(req.url ?? '')
    res.end(content)
  })
  // undici's agent uses CONNECT for plain HTTP as well.
  proxy.on('connect', (req, socket) => {
    asked.push(req.url ?? '')
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  const env = { [name]: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }
  const origin = await serve((_req, res) => res.end(content))
  await downloadFile(optionsFor(origin, { env })).catch(() => undefined)
  expect(asked.join(' ')).toContain(new URL(origin).host)
  asked.length = 0
  await downloadFile(optionsFor(origin, { env: { ...env, NO_PROXY: '127.0.0.1' } }))
  expect(asked).toEqual([])
})

test('the doctor asks a host for its time, and says why it got none', async () => {
  const origin = await serve((_req, res) => res.writeHead(200, { date: 'Mon, 30 Nov 2026 12:00:00 GMT' }).end('x'))
  expect(await probeHost(origin, {})).toEqual({ reached: true, status: 200, date: new Date('2026-11-30T12:00:00Z') })
  const timeless = await serve((_req, res) => {
    res.sendDate = false
    res.writeHead(503).end()
  })
  expect(await probeHost(timeless, {})).toEqual({ reached: true, status: 503, date: null })
  const silent = await serve((req) => void req.socket.destroy())
  expect(await probeHost(silent, {})).toMatchObject({ reached: false, why: expect.stringMatching(/^[A-Z_]+$/) })
})

test('an authority of the user is trusted in addition; an unreadable file adds nothing', async () => {
  const origin = await serve((_req, res) => res.end('x'))
  const folder = makeFolder()
  const file = join(folder, 'ca.pem')
  writeFileSync(file, readFileSync(new URL('../fixtures/tls/self-signed.pem', import.meta.url)))
  for (const env of [
    { REQUESTS_CA_BUNDLE: file },
    { SSL_CERT_FILE: folder },
    { SSL_CERT_FILE: join(folder, 'none') },
  ]) {
    expect(await probeHost(origin, env)).toMatchObject({ reached: true })
  }
})
