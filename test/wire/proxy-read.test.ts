import { request as httpRequest } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import {
  clientToken,
  type ProxyWorld,
  realToken,
  request,
  startProxyWorld,
  type WorldOptions,
} from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'
import { sectionMetaXml } from '../support/tiny-plex.ts'

let world: ProxyWorld | undefined
afterEach(async () => {
  await world?.[Symbol.asyncDispose]()
  world = undefined
})

async function start(options: WorldOptions = {}): Promise<ProxyWorld> {
  world = await startProxyWorld(options)
  return world
}

const targets = ({ plex }: ProxyWorld) => plex.journal.map(({ method, target }) => `${method} ${target}`)

describe('what arrives at Plex', () => {
  test('method, path and parameters as judged; listed headers, the real token, one client id only', async () => {
    const { proxy, plex, recorder } = await start()
    const headers = [
      'Accept-Encoding: gzip, deflate',
      'Accept-Language: de',
      'X-Plex-Language: en',
      'X-Plex-Container-Start: 0',
      'X-Plex-Container-Size: 100',
      'If-None-Match: "a"',
      'If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT',
      // None of these may pass.
      'X-Plex-Client-Identifier: kometa-uuid',
      'X-Plex-Product: Kometa',
      'User-Agent: python-requests/2.34.2',
      'Cookie: X-Plex-Token=stolen',
      'Range: bytes=0-1',
      'X-HTTP-Method-Override: DELETE',
      'X-Method-Override: PUT',
      'Referer: http://x/',
      'X-Forwarded-For: 1.2.3.4',
    ]
    const target = `/library/sections/1/all?type=1&push=1&push=1&X-Plex-Token=${clientToken}&title%3D=a%20b&pop=1`
    const { status } = await sendRaw(proxy.port, request('GET', target, headers))
    expect(status).toBe(200)
    expect(plex.journal).toHaveLength(2)
    const [meta, read] = plex.journal
    expect(meta?.target).toBe(
      '/library/sections/1/all?includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0',
    )
    expect(read).toMatchObject({
      method: 'GET',
      target: '/library/sections/1/all?type=1&push=1&push=1&title%3D=a%20b&pop=1',
      bodyBytes: 0,
    })
    expect(read?.headerNames.map((name) => name.toLowerCase()).sort()).toEqual([
      'accept',
      'accept-encoding',
      'accept-language',
      'connection',
      'host',
      'if-modified-since',
      'if-none-match',
      'x-plex-client-identifier',
      'x-plex-container-size',
      'x-plex-container-start',
      'x-plex-language',
      'x-plex-token',
    ])
    expect(read?.headers).toMatchObject({
      'x-plex-token': realToken,
      'x-plex-client-identifier': 'fixed-id',
      'accept-encoding': 'gzip, deflate',
      'accept-language': 'de',
      'x-plex-container-size': '100',
    })
    expect(recorder.forwards.map(({ template, status: code }) => [template, code])).toEqual([
      ['/library/sections/{section}/all', 200],
      ['/library/sections/{section}/all', 200],
    ])
    expect(JSON.stringify(recorder.forwards)).not.toContain(clientToken)
  })

  test.each([`application/xml, ${clientToken}`, `application/${encodeURIComponent(`/${clientToken}`)}`])(
    "a listed header that contains the job's token is not forwarded: %s",
    async (value) => {
      const { proxy, plex } = await start()
      const headers = [`Accept: ${value}`, 'Accept-Language: de', `If-None-Match: "${clientToken}"`]
      const { status } = await sendRaw(proxy.port, request('GET', '/library/metadata/101', headers))
      expect(status).toBe(200)
      const read = plex.journal.at(-1)
      expect(read?.headers).toMatchObject({ 'x-plex-token': realToken, 'accept-language': 'de' })
      expect(JSON.stringify(plex.journal)).not.toContain(clientToken)
    },
  )

  test.each([['X-Plex-Language: xx-evil-header'], ['X-Plex-Container-Start: 1,2'], ['X-Plex-Container-Size: -1']])(
    '%s is left out',
    async (header) => {
      const { proxy, plex } = await start()
      await sendRaw(proxy.port, request('GET', '/identity', [header]))
      expect(plex.journal[0]?.headers).not.toHaveProperty(header.split(':')[0]?.toLowerCase() ?? '')
    },
  )

  test('HEAD stays HEAD, and a metadata read gets skipRefresh', async () => {
    const started = await start()
    const { status, text } = await sendRaw(started.proxy.port, request('HEAD', '/library/metadata/5'), {
      until: (got) => got.endsWith('\r\n\r\n'),
    })
    expect(status).toBe(200)
    expect(text).toMatch(/content-length: \d+/i)
    expect(targets(started)).toEqual(['HEAD /library/metadata/5?skipRefresh=1'])
  })

  test('a section returns its fields once, and is asked again only if that failed', async () => {
    let failures = 1
    const started = await start({
      answer: (req, res) => {
        if (!req.url?.includes('includeMeta') || failures === 0) return false
        failures -= 1
        res.writeHead(503).end()
        return true
      },
    })
    const ask = () => sendRaw(started.proxy.port, request('GET', '/library/sections/1/all?decade=1990'))
    expect((await ask()).status).toBe(502)
    expect(started.recorder.refusals).toMatchObject([{ outcome: 'failed', status: 502, section: '1' }])
    expect((await Promise.all([ask(), ask(), ask()])).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(targets(started).filter((target) => target.includes('includeMeta'))).toHaveLength(2)
    expect(targets(started).filter((target) => target.includes('decade'))).toHaveLength(3)
  })

  test('tag lists are those of the Meta, without the trap in it', async () => {
    const { proxy } = await start()
    const ask = async (tag: string) => (await sendRaw(proxy.port, request('GET', `/library/sections/1/${tag}`))).status
    expect([
      await ask('genre'),
      await ask('resolution?type=3'),
      await ask('unwatched'),
      await ask('label?type=2'),
    ]).toEqual([200, 200, 200, 200])
    expect([await ask('refresh'), await ask('studio'), await ask('emptyTrash')]).toEqual([403, 403, 403])
  })

  test('artwork by URL only after Plex listed exactly that URL for that item, also in a gzip answer', async () => {
    const listed = '/library/metadata/5/file?url=https%3A%2F%2Fi.tmdb%2Fa.jpg'
    const xml = `<MediaContainer><Photo key="${listed}&amp;x=1" /><Photo key="https://i.tmdb/b.jpg" /></MediaContainer>`
    const started = await start({
      witness: { listedUrls: ['https://i.tmdb/a.jpg'] },
      answer: (req, res) => {
        if (!req.url?.includes('/posters')) return false
        const zipped = req.url.includes('/6/')
        const body = zipped ? gzipSync(xml.replace('/5/', '/6/')) : Buffer.from(xml)
        res
          .writeHead(200, { 'Content-Length': body.length, ...(zipped ? { 'Content-Encoding': 'gzip' } : {}) })
          .end(body)
        return true
      },
    })
    const ask = async (target: string) => (await sendRaw(started.proxy.port, request('GET', target))).status
    expect(await ask(listed)).toBe(403)
    expect(await ask('/library/metadata/5/posters')).toBe(200)
    expect(started.plex.journal.at(-1)?.headers).not.toHaveProperty('accept-encoding')
    expect(await ask(listed)).toBe(200)
    expect(await ask(listed.replace('/5/', '/6/'))).toBe(403)
    expect(await ask('/library/metadata/6/posters')).toBe(200)
    expect(await ask(listed.replace('/5/', '/6/'))).toBe(200)
    expect(await ask('/library/metadata/5/file?url=https%3A%2F%2Fi.tmdb%2Fb.jpg')).toBe(403)
  })

  test('artwork by URL also after a list that came from memory', async () => {
    const listed = '/library/metadata/5/file?url=https%3A%2F%2Fi.tmdb%2Fa.jpg'
    const started = await start({
      witness: { listedUrls: ['https://i.tmdb/a.jpg'] },
      wrapReads: (forward) => (read, reply) => {
        if (read.read.row.answer !== 'artworks') {
          forward(read, reply)
          return
        }
        reply.fromHere()
        reply.begin(200, { 'content-type': 'text/xml' })
        reply.write(Buffer.from(`<MediaContainer><Photo key="${listed.slice(0, 40)}`))
        reply.write(Buffer.from(`${listed.slice(40)}" /></MediaContainer>`))
        reply.end()
      },
    })
    const ask = async (target: string) => (await sendRaw(started.proxy.port, request('GET', target))).status
    expect(await ask(listed)).toBe(403)
    expect(await ask('/library/metadata/5/posters')).toBe(200)
    expect(await ask(listed)).toBe(200)
    expect(targets(started)).toEqual([`GET ${listed}`])
  })

  test('a path prefix of a reverse proxy precedes every target', async () => {
    const inner = await start({ witness: { prefix: '/plex' } })
    const outer = await startProxyWorld({ address: { url: `${inner.plex.url}/plex/` } })
    try {
      expect((await sendRaw(outer.proxy.port, request('GET', '/identity'))).status).toBe(200)
      expect(targets(inner)).toEqual(['GET /plex/identity'])
    } finally {
      await outer[Symbol.asyncDispose]()
    }
  })
})

describe('what comes back', () => {
  test('status, type and bytes as Plex sent them, compressed ones too; no hop headers and addresses', async () => {
    const zipped = gzipSync(sectionMetaXml)
    const { proxy, recorder } = await start({
      answer: (_req, res) => {
        res.writeHead(200, {
          'Content-Type': 'image/jpeg',
          'Content-Encoding': 'gzip',
          'Content-Length': zipped.length,
          'Keep-Alive': 'timeout=20',
          Connection: 'keep-alive, X-Secret-Hop',
          'X-Secret-Hop': '1',
          Location: 'http://10.0.0.1:32400/',
          'Set-Cookie': 'a=b',
          'X-Plex-Protocol': '1.0',
          ETag: '"e"',
        })
        res.end(zipped)
        return true
      },
    })
    const { bytes, text, pieces } = await sendRaw(proxy.port, request('GET', '/library/metadata/5/thumb/1'))
    const head = text.slice(0, text.indexOf('\r\n\r\n'))
    expect(head).toMatch(/\r\ncontent-type: image\/jpeg(\r\n|$)/i)
    expect(head).toMatch(/\r\ncontent-encoding: gzip/i)
    expect(head).toMatch(/\r\netag: "e"/i)
    expect(head).toMatch(/\r\nx-plex-protocol: 1\.0/i)
    expect(head).not.toMatch(/secret-hop|10\.0\.0\.1|set-cookie|timeout=20/i)
    expect(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)).toEqual(zipped)
    expect(pieces).toBe(1)
    expect(recorder.forwards[0]).toMatchObject({ bytes: zipped.length, status: 200, server: 'machine-1' })
  })

  test('304 passes; 404 is an answer; other errors pass and are recorded as failed', async () => {
    const { proxy, recorder } = await start({
      answer: (req, res) => {
        const status = Number(/arent=(\d+)/.exec(req.url ?? '')?.[1])
        res.writeHead(status, { 'Content-Length': 0 }).end()
        return true
      },
    })
    for (const status of [304, 404, 400, 401, 500, 503]) {
      const got = await sendRaw(proxy.port, request('GET', `/library/sections/1/folder?parent=${status}`))
      expect(got.status).toBe(status)
    }
    expect(recorder.forwards.map(({ status }) => status)).toEqual([304, 404])
    expect(recorder.refusals.map(({ status, outcome }) => [status, outcome])).toEqual([
      [400, 'failed'],
      [401, 'failed'],
      [500, 'failed'],
      [503, 'failed'],
    ])
  })

  test.each([301, 302, 303, 307, 308])('a redirect %i is neither followed nor passed on', async (status) => {
    await using elsewhere = await startProxyWorld()
    const { proxy, plex, recorder } = await start({
      answer: (_req, res) => {
        res.writeHead(status, { Location: `${elsewhere.plex.url}/identity` }).end()
        return true
      },
    })
    const { status: got, text } = await sendRaw(proxy.port, request('GET', '/identity'))
    expect(got).toBe(502)
    expect(text).not.toContain(elsewhere.plex.url)
    expect(elsewhere.plex.journal).toEqual([])
    expect(plex.journal).toHaveLength(1)
    expect(recorder.refusals).toMatchObject([{ outcome: 'failed', status: 502, path: '/identity' }])
  })

  test.each(['Content-Length', 'chunked'])(
    'when Plex dies in mid-body (%s) the client never gets a whole answer',
    async (framing) => {
      const { proxy, recorder } = await start({
        answer: (_req, res) => {
          res.writeHead(200, framing === 'chunked' ? {} : { 'Content-Length': 1000 })
          res.write('x'.repeat(500), () => res.socket?.destroy())
          return true
        },
      })
      const { closed, text } = await sendRaw(proxy.port, request('GET', '/identity'))
      expect(closed).toBe(true)
      expect(text).not.toMatch(/\r\n0\r\n\r\n$/)
      expect(recorder.forwards).toEqual([])
      expect(recorder.refusals).toMatchObject([{ outcome: 'failed' }])
    },
  )

  test('Plex away: 502 in words; too slow: 504; both recorded', async () => {
    const away = await start({ address: { url: 'http://127.0.0.1:9' } })
    const { status, text } = await sendRaw(away.proxy.port, request('GET', '/identity'))
    expect([status, text.split('\r\n\r\n')[1]]).toEqual([
      502,
      'Plex at http://127.0.0.1:9 does not answer: nothing listens there',
    ])
    await away[Symbol.asyncDispose]()

    const slow = await start({ answer: () => true, upstream: { headersTimeoutMs: 200 } })
    expect((await sendRaw(slow.proxy.port, request('GET', '/identity'))).status).toBe(504)
    expect(slow.recorder.refusals).toMatchObject([{ outcome: 'failed', status: 504 }])
  })

  test('a kept-alive socket that Plex closed meanwhile costs one silent retry, but no read fails', async () => {
    let asked = 0
    const { proxy, recorder, plex } = await start({
      answer: (_req, res) => {
        asked += 1
        // The second request finds the connection dead, as if Plex's idle timeout ended at that moment.
        if (asked !== 2) return false
        res.socket?.destroy()
        return true
      },
    })
    expect((await sendRaw(proxy.port, request('GET', '/identity'))).status).toBe(200)
    expect((await sendRaw(proxy.port, request('GET', '/identity'))).status).toBe(200)
    expect([plex.journal.length, recorder.refusals.length]).toEqual([3, 0])
  })

  test('a client that goes away ends the read at Plex too', async () => {
    let closed: (() => void) | undefined
    const gone = new Promise<void>((resolve) => {
      closed = resolve
    })
    const { proxy, recorder } = await start({
      answer: (req, res) => {
        req.socket.once('close', () => closed?.())
        res.writeHead(200, { 'Content-Length': 10 })
        res.write('x')
        return true
      },
    })
    await sendRaw(proxy.port, request('GET', '/identity'), { until: (text) => text.endsWith('\r\n\r\nx') })
    await gone
    expect(recorder.refusals).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('client went away') },
    ])
  })

  test('a large answer to a slow client is throttled, not held in memory, and arrives whole', async () => {
    const size = 30_000_000
    let sent = 0
    const piece = Buffer.alloc(100_000, 'x')
    const { proxy, recorder } = await start({
      answer: (_req, res) => {
        res.writeHead(200, { 'Content-Length': size })
        const pump = () => {
          while (sent < size) {
            sent += piece.length
            if (!res.write(piece)) return res.once('drain', pump)
          }
          return res.end()
        }
        pump()
        return true
      },
    })
    const received = await new Promise<number>((resolve, reject) => {
      const headers = { 'X-Plex-Token': clientToken }
      const req = httpRequest({ port: proxy.port, host: '127.0.0.1', path: '/identity', headers }, (res) => {
        let bytes = 0
        res.pause()
        res.once('readable', () => {
          // Plex could not send all of it, so the proxy stopped reading.
          expect(sent).toBeLessThan(size)
          res.on('data', (chunk: Buffer) => {
            bytes += chunk.length
          })
          res.on('end', () => resolve(bytes))
        })
        res.on('error', reject)
      })
      req.on('error', reject).end()
    })
    expect(received).toBe(size)
    expect(recorder.forwards[0]?.bytes).toBe(size)
  })
})
