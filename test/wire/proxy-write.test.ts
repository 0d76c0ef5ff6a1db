import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createCaptureStore } from '../../src/proxy/capture/store.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import {
  clientToken,
  type ProxyWorld,
  realToken,
  request,
  startProxyWorld,
  type WorldOptions,
} from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'

let world: ProxyWorld | undefined
afterEach(async () => {
  await world?.[Symbol.asyncDispose]()
  world = undefined
})

async function start(options: WorldOptions = {}): Promise<ProxyWorld> {
  world = await startProxyWorld(options)
  return world
}

const emptyPage = /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/html\r\nContent-Length: 0\r\n/

describe('uploads', () => {
  test('a raw body is kept and answered as Plex answers; nothing reaches Plex', async () => {
    const { proxy, plex, captures, recorder } = await start()
    const target = `/library/metadata/12345/posters?a=1&X-Plex-Token=${clientToken}`
    const { text } = await sendRaw(proxy.port, request('POST', target, [], 'RIFF....WEBP'))
    expect(text).toMatch(emptyPage)
    expect(captures.bodies.map(String)).toEqual(['RIFF....WEBP'])
    expect(captures.uploads).toMatchObject([
      {
        seq: 1,
        method: 'POST',
        path: '/library/metadata/12345/posters',
        query: 'a=1',
        ratingKey: '12345',
        kind: 'poster',
      },
    ])
    expect(recorder.blocks).toMatchObject([
      { seq: 1, server: 'machine-1', rating_key: '12345', kind: 'poster', content_length: 12, query: 'a=1' },
    ])
    expect(recorder.captures).toMatchObject([{ seq: 1, rating_key: '12345' }])
    expect(recorder.answers).toMatchObject([{ status: 200, reason: expect.stringContaining('kept here') }])
    expect(recorder.answers[0]?.durationMs).toBeGreaterThan(0)
    expect(recorder.blocks[0]?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(plex.connections()).toBe(0)
  })

  test('a chunked body after 100-continue is kept whole', async () => {
    const { proxy, captures, recorder } = await start()
    const head = request('PUT', '/library/metadata/5/arts', ['Transfer-Encoding: chunked', 'Expect: 100-continue'])
    const { text } = await sendRaw(proxy.port, `${head}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
    expect(captures.bodies.map(String)).toEqual(['abcde'])
    expect(recorder.blocks).toMatchObject([{ kind: 'art', content_length: 5 }])
  })

  test('a success only after the store has it: if the store cannot keep it, 507 and a record', async () => {
    const { proxy, captures, recorder } = await start()
    captures.failure = new Error('ENOSPC: no space left on device')
    const { status } = await sendRaw(proxy.port, request('POST', '/library/metadata/5/posters', [], 'abc'))
    expect(status).toBe(507)
    expect(recorder.captures).toEqual([])
    expect(recorder.blocks).toMatchObject([{ rating_key: '5', content_length: 3 }])
    // The single ledger line of this write says what the client got, and why.
    expect(recorder.answers).toMatchObject([{ status: 507, reason: expect.stringContaining('ENOSPC') }])
    expect(recorder.refusals).toMatchObject([
      { status: 507, outcome: 'failed', reason: expect.stringContaining('ENOSPC') },
    ])
  })

  test('neither body nor url: blocked, with its kind and ratingKey', async () => {
    const { proxy, captures, recorder, plex } = await start()
    const { text } = await sendRaw(proxy.port, request('PUT', '/library/metadata/99999/posters', ['Content-Length: 0']))
    expect(text).toMatch(emptyPage)
    expect(captures.uploads).toEqual([])
    expect(recorder.blocks).toMatchObject([{ rating_key: '99999', kind: 'poster', content_length: 0 }])
    expect(plex.connections()).toBe(0)
  })

  test('a url of the proxy itself is read from Plex, by the same table', async () => {
    const picture = Buffer.from('picture')
    const { proxy, plex, captures, recorder } = await start({
      answer: (req, res) => {
        if (!req.url?.includes('/file')) return false
        res.writeHead(200, { 'Content-Length': picture.length }).end(picture)
        return true
      },
    })
    const own = `${proxy.url}/library/metadata/5/file?url=upload%3A%2F%2Fposters%2Fx&X-Plex-Token=${clientToken}`
    const { text } = await sendRaw(
      proxy.port,
      request('POST', `/library/metadata/5/posters?url=${encodeURIComponent(own)}`, ['Content-Length: 0']),
    )
    expect(text).toMatch(emptyPage)
    expect(captures.bodies).toEqual([picture])
    expect(plex.journal).toMatchObject([
      { method: 'GET', target: '/library/metadata/5/file?url=upload%3A%2F%2Fposters%2Fx' },
    ])
    expect(JSON.stringify([recorder.blocks, recorder.forwards])).not.toContain(clientToken)
    expect(recorder.forwards).toMatchObject([{ bytes: 7, template: '/library/metadata/{id}/file' }])
  })

  test('selecting artwork that Plex stores reads that artwork', async () => {
    const { proxy, plex, captures } = await start()
    const url = encodeURIComponent('metadata://posters/tv.plex.agents.movie_1')
    await sendRaw(proxy.port, request('PUT', `/library/metadata/5/poster?url=${url}`, ['Content-Length: 0']))
    expect(plex.journal).toMatchObject([{ method: 'GET', target: `/library/metadata/5/file?url=${url}` }])
    expect(captures.uploads).toMatchObject([{ kind: 'poster', ratingKey: '5' }])
  })

  test('a foreign url goes to the store, and Plex is never asked', async () => {
    const { proxy, captures, plex } = await start()
    const url = encodeURIComponent('https://image.tmdb.org/a.jpg')
    await sendRaw(proxy.port, request('POST', `/library/metadata/5/posters?url=${url}`, ['Content-Length: 0']))
    expect(captures.urls).toEqual([{ url: 'https://image.tmdb.org/a.jpg', own: false }])
    expect(plex.connections()).toBe(0)
  })

  test('a url of the proxy that is not a known read is not read', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'proxy-write-'))
    const { plex, proxy, recorder } = await start({ captures: createCaptureStore({ job: openBeneath(dir) }) })
    try {
      for (const path of [
        '/library/sections/1/refresh',
        '/library/metadata/5/../../../:/scrobble?key=1',
        '/%3a/scrobble',
      ]) {
        const url = encodeURIComponent(`${proxy.url}${path}`)
        const { text } = await sendRaw(
          proxy.port,
          request('POST', `/library/metadata/5/posters?url=${url}`, ['Content-Length: 0']),
        )
        expect(text).toMatch(emptyPage)
      }
      expect(recorder.captures.map(({ parse_error }) => parse_error)).toEqual(
        Array.from({ length: 3 }, () => expect.stringContaining('not a known read')),
      )
      expect(plex.connections()).toBe(0)
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })

  test('with the file store: on disk when the answer comes, and a retry is the same capture', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'proxy-write-'))
    const { proxy, recorder } = await start({ captures: createCaptureStore({ job: openBeneath(dir) }) })
    try {
      const jpeg = '\xff\xd8\xff\xe0 a picture'
      const send = () =>
        sendRaw(proxy.port, request('POST', '/library/metadata/7/posters', [`Content-Length: ${jpeg.length}`]) + jpeg)
      expect((await send()).text).toMatch(emptyPage)
      expect(await readdir(join(dir, 'output/by_ratingkey'))).toHaveLength(1)
      expect((await send()).text).toMatch(emptyPage)
      expect(recorder.captures).toMatchObject([{ rating_key: '7', type: 'jpg', size_bytes: jpeg.length }])
      expect(recorder.blocks).toHaveLength(2)
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })
})

describe('other writes', () => {
  test.each([
    ['PUT', '/library/sections/1/all?id=7&label.locked=1&label%5B0%5D.tag.tag=Overlay&type=1'],
    ['DELETE', '/library/metadata/7'],
    ['PATCH', '/library/metadata/7'],
    ['POST', '/hubs/sections/1/manage?metadataItemId=5'],
    ['PUT', '/:/prefs?DatabaseCacheSize=40'],
    ['DELETE', '/library/../%2e%2e//x;y'],
  ])('%s %s is answered as success and not forwarded', async (method, target) => {
    const { proxy, plex, recorder } = await start()
    const { text } = await sendRaw(proxy.port, request(method, target, [], 'body of it'))
    expect(text).toMatch(emptyPage)
    const [path, query = ''] = target.split('?')
    expect(recorder.blocks).toMatchObject([{ method, path, query, content_length: 10 }])
    expect(plex.connections()).toBe(0)
  })

  test('the body is counted and bounded; over the limit 413 and the connection ends', async () => {
    const { proxy, recorder } = await start({ limits: { maxDrainBytes: 1000 } })
    const { status, text } = await sendRaw(proxy.port, request('PUT', '/:/prefs', [], 'x'.repeat(5000)))
    expect(status).toBe(413)
    expect(text).toMatch(/connection: close/i)
    expect(recorder.refusals).toMatchObject([{ status: 413 }])
  })

  test('a client that breaks off in the body is recorded with the bytes that arrived', async () => {
    const { proxy, recorder } = await start()
    const recorded = recorder.next()
    void sendRaw(proxy.port, request('PUT', '/:/prefs', ['Content-Length: 100']) + 'x'.repeat(40), {
      until: () => false,
      half: true,
    })
    await recorded
    expect(recorder.blocks).toMatchObject([{ content_length: 40 }])
  })

  test('two writes on one connection, with bodies, are two requests', async () => {
    const { proxy, recorder } = await start()
    const two = request('PUT', '/a', [], 'GET / HTTP/1.1') + request('PUT', '/b', [], 'x')
    const { text } = await sendRaw(proxy.port, two, { until: (got) => got.split('200 OK').length === 3 })
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2)
    expect(recorder.blocks.map(({ path }) => path)).toEqual(['/a', '/b'])
  })
})

test('a stranger gets 401 for anything, and nothing of it is kept or forwarded', async () => {
  const { proxy, plex, recorder, captures } = await start()
  for (const token of ['', 'X-Plex-Token: wrong\r\n', `X-Plex-Token: ${realToken}\r\n`]) {
    for (const [line, body] of [
      ['GET /library/sections', ''],
      ['POST /library/metadata/5/posters', 'abc'],
      ['GET /library/sections/1/genre', ''],
    ]) {
      const length = body ? `Content-Length: ${body.length}\r\n` : ''
      const { status } = await sendRaw(proxy.port, `${line} HTTP/1.1\r\nHost: x\r\n${token}${length}\r\n${body}`)
      expect(status).toBe(401)
    }
  }
  expect(recorder.refusals).toHaveLength(9)
  expect(recorder.refusals.every(({ status, outcome }) => status === 401 && outcome === 'refused')).toBe(true)
  expect(captures.uploads).toEqual([])
  expect(plex.connections()).toBe(0)
  expect(JSON.stringify(recorder.refusals)).not.toContain(realToken)
})
