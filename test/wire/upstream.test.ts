import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer as createTlsServer } from 'node:https'
import { createServer as createTcpServer } from 'node:net'
import { PassThrough, Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '../../src/contract/errors.ts'
import type { PlexConnection, PlexServerAddress } from '../../src/plex/upstream/connection.ts'
import type { UpstreamLimits } from '../../src/plex/upstream/upstream.ts'
import { allowRead } from '../../src/policy/classify-read.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { startTinyPlex, type TinyPlex } from '../support/tiny-plex.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

function connect(
  address: Partial<PlexServerAddress> & { url: string },
  limits?: Partial<UpstreamLimits>,
): PlexConnection {
  const connection = connectToSeenPlex({ token: 'real', verifySsl: true, clientIdentifier: 'c', ...address }, limits)
  closing.push(connection)
  return connection
}

async function plex(...args: Parameters<typeof startTinyPlex>): Promise<TinyPlex> {
  const tiny = await startTinyPlex(...args)
  closing.push({
    async [Symbol.asyncDispose]() {
      await tiny[Symbol.asyncDispose]()
      // Some of these tests are about reads without a token and about prefixes; the invariant is the shape of the
      // connection's own requests.
      for (const { rawHead, bodyBytes } of tiny.journal) {
        expect([rawHead.toString('latin1').split('\r\n', 1)[0], bodyBytes]).toEqual([
          expect.stringMatching(/^(GET|HEAD) \/[!-~]* HTTP\/1\.1$/),
          0,
        ])
      }
    },
  })
  return tiny
}

const identity = { method: 'GET', resource: allowRead('/identity') } as const
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : error),
  )

describe('get', () => {
  test('decodes, keeps status and headers, and sends no token when told so', async () => {
    const tiny = await plex((req, res) => {
      res.writeHead(req.headers['x-plex-token'] ? 200 : 401, { 'Content-Encoding': 'gzip' }).end(gzipSync('hello'))
      return true
    })
    const connection = connect({ url: tiny.url })
    expect(await connection.get(identity)).toMatchObject({ status: 200, body: Buffer.from('hello') })
    expect((await connection.get({ ...identity, withoutToken: true })).status).toBe(401)
    expect(tiny.journal[1]?.headers).not.toHaveProperty('x-plex-token')
    expect(connection.address).toEqual({ url: tiny.url, verifySsl: true, clientIdentifier: 'c' })
  })

  test.each([
    ['plain', (size: number) => Buffer.alloc(size), undefined],
    ['compressed', (size: number) => gzipSync(Buffer.alloc(size)), 'gzip'],
  ] as const)('rejects a %s answer over the limit', async (_name, make, encoding) => {
    const tiny = await plex((_req, res) => {
      res.writeHead(200, encoding ? { 'Content-Encoding': encoding } : {}).end(make(200_000))
      return true
    })
    const connection = connect({ url: tiny.url })
    expect(await codeOf(connection.get(identity, { maxBytes: 100_000 }))).toBe('PLEX_READ_FAILED')
    expect((await connection.get(identity, { maxBytes: 200_000 })).body).toHaveLength(200_000)
  })

  test('rejects invalid gzip and an answer that breaks off', async () => {
    const tiny = await plex((req, res) => {
      if (req.url === '/identity') res.writeHead(200, { 'Content-Encoding': 'gzip' }).end('no gzip')
      else {
        res.writeHead(200, { 'Content-Length': 100 })
        res.write('x', () => res.socket?.destroy())
      }
      return true
    })
    const connection = connect({ url: tiny.url })
    expect(await codeOf(connection.get(identity))).toBe('PLEX_READ_FAILED')
    expect(await codeOf(connection.get({ method: 'GET', resource: allowRead('/library') }))).toBe('PLEX_READ_FAILED')
  })

  test('does not follow a redirect', async () => {
    const tiny = await plex((_req, res) => {
      res.writeHead(302, { Location: '/library' }).end()
      return true
    })
    expect((await connect({ url: tiny.url }).get(identity)).status).toBe(302)
    expect(tiny.journal).toHaveLength(1)
  })

  test('an abort before and during the answer rejects with its reason', async () => {
    const tiny = await plex(() => true)
    const connection = connect({ url: tiny.url })
    const controller = new AbortController()
    const read = connection.get({ ...identity, signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(read).rejects.toThrow('enough')
    await expect(connection.get({ ...identity, signal: controller.signal })).rejects.toThrow('enough')
  })
})

describe('stream', () => {
  test('gives the bytes unchanged', async () => {
    const tiny = await plex((_req, res) => {
      res.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('hello'))
      return true
    })
    const out = new PassThrough()
    await connect({ url: tiny.url }).stream(identity, ({ status }) => {
      expect(status).toBe(200)
      return out
    })
    expect(out.read()).toEqual(gzipSync('hello'))
  })

  test('rejects and destroys the receiver when Plex breaks off, and when the receiver fails', async () => {
    const tiny = await plex((req, res) => {
      res.writeHead(200, { 'Content-Length': 100 })
      res.write('x', () => req.url === '/identity' && res.socket?.destroy())
      return true
    })
    const connection = connect({ url: tiny.url })
    const out = new PassThrough().on('error', () => {})
    expect(await codeOf(connection.stream(identity, () => out))).toBe('PLEX_READ_FAILED')
    expect(out.destroyed).toBe(true)
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('disk full')) })
    await expect(connection.stream({ method: 'GET', resource: allowRead('/library') }, () => broken)).rejects.toThrow(
      'disk full',
    )
  })
})

describe('errors that a user can act on', () => {
  test('nothing listens, unknown host, no HTTP', async () => {
    const garbage = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')).listen(0, '127.0.0.1')
    await new Promise((resolve) => garbage.once('listening', resolve))
    const address = garbage.address()
    const port = typeof address === 'object' ? address?.port : 0
    expect(await codeOf(connect({ url: 'http://127.0.0.1:9' }).get(identity))).toBe('PLEX_UNREACHABLE')
    expect(await codeOf(connect({ url: 'http://nowhere.invalid' }).get(identity))).toBe('PLEX_UNREACHABLE')
    expect(await codeOf(connect({ url: `http://127.0.0.1:${port}` }).get(identity))).toBe('PLEX_READ_FAILED')
    garbage.close()
  })

  test.each(['ftp://plex', 'plex:32400', 'http://user:pass@plex', 'http://plex/?a=1', 'http://plex/#a', ''])(
    'the address %s is refused',
    (url) => {
      expect(() => connect({ url })).toThrow(AppError)
      expect(() => connect({ url })).toThrow(/plex\.url/)
    },
  )
})

describe('TLS', () => {
  const folder = new URL('../fixtures/tls/', import.meta.url)
  const cert = readFileSync(new URL('self-signed.pem', folder))
  const key = readFileSync(new URL('self-signed.key', folder))
  const { fingerprint256 } = new X509Certificate(cert)

  async function tlsPlex(): Promise<{ url: string; requests: () => number }> {
    let requests = 0
    const server = createTlsServer({ key, cert }, (_req, res) => {
      requests += 1
      res.end('hello')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    closing.push({
      [Symbol.asyncDispose]: () => {
        server.closeAllConnections()
        return new Promise((resolve) => server.close(() => resolve()))
      },
    })
    const address = server.address()
    return { url: `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, requests: () => requests }
  }

  test('a self-signed certificate is not trusted, unless verify_ssl is false or it is the pinned one', async () => {
    const { url, requests } = await tlsPlex()
    expect(await codeOf(connect({ url }).get(identity))).toBe('PLEX_TLS_UNTRUSTED')
    expect(requests()).toBe(0)
    for (const address of [
      { verifySsl: false },
      { fingerprint: fingerprint256 },
      { fingerprint: fingerprint256.replaceAll(':', '').toLowerCase() },
    ]) {
      const connection = connect({ url, ...address })
      expect(String((await connection.get(identity)).body)).toBe('hello')
      expect(String((await connection.get(identity)).body)).toBe('hello')
    }
  })

  test('a certificate other than the pinned one gets no request, even with verify_ssl false', async () => {
    const { url, requests } = await tlsPlex()
    const connection = connect({ url, verifySsl: false, fingerprint: 'ab'.repeat(32) })
    expect(await codeOf(connection.get(identity))).toBe('PLEX_TLS_UNTRUSTED')
    expect(requests()).toBe(0)
  })

  test('an invalid pin, and a pin on http, are errors of the config', async () => {
    expect(() => connect({ url: 'https://plex', fingerprint: 'abc' })).toThrow(/fingerprint/)
    const tiny = await plex()
    expect(await codeOf(connect({ url: tiny.url, fingerprint: 'ab'.repeat(32) }).get(identity))).toBe('CONFIG_INVALID')
    expect(tiny.journal).toEqual([])
  })

  test('https to a server that speaks http says so', async () => {
    const tiny = await plex()
    const connection = connect({ url: tiny.url.replace('http:', 'https:') })
    await expect(connection.get(identity)).rejects.toMatchObject({
      code: 'PLEX_UNREACHABLE',
      message: expect.stringContaining('does not speak TLS'),
    })
  })
})
