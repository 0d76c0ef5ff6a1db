import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type PlexClient, plexClient } from '../support/plex-client.ts'
import {
  plainImage,
  type SamplePlex,
  smallLibraries,
  startUnwatchedPlex as startSamplePlex,
} from '../support/sample-plex.ts'

let plex: SamplePlex
let client: PlexClient
beforeEach(async () => {
  plex = await startSamplePlex({ libraries: smallLibraries() })
  client = plexClient(plex)
})
afterEach(async () => {
  await plex[Symbol.asyncDispose]()
})

describe('writes', () => {
  it('stores an upload as the shown poster under a new address, and answers with an empty 200', async () => {
    const before = (await client.container('/library/metadata/101')).children[0]?.attrs.thumb
    const hash = plex.stateHash()
    const bytes = await plainImage('new poster')()
    const response = await client.ask(
      '/library/metadata/101/posters',
      {},
      { method: 'POST', body: new Uint8Array(bytes) },
    )
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'text/html',
      '',
    ])
    expect(plex.stateHash()).not.toBe(hash)
    const after = (await client.container('/library/metadata/101')).children[0]?.attrs.thumb ?? ''
    expect(after).not.toBe(before)
    expect(Buffer.from(await (await client.ask(after)).arrayBuffer()).equals(bytes)).toBe(true)
    const posters = (await client.container('/library/metadata/101/posters')).children
    expect(posters.map((poster) => poster.attrs.selected)).toEqual(['1', '0'])
    expect(posters[0]?.attrs.ratingKey).toMatch(/^upload:\/\/posters\/[0-9a-f]{40}$/)
    expect(plex.uploads('101').map((upload) => [upload.kind, upload.mediaType, upload.bytes.length])).toEqual([
      ['poster', 'image/jpeg', bytes.length],
    ])
    // Python-plexapi's setPoster selects the old one again in this way.
    await client.ask(
      `/library/metadata/101/poster?url=${encodeURIComponent(posters[1]?.attrs.ratingKey ?? '')}`,
      {},
      { method: 'PUT' },
    )
    expect(
      (await client.container('/library/metadata/101/posters')).children.map((poster) => poster.attrs.selected),
    ).toEqual(['0', '1'])
  })

  it('takes multipart and ?url= uploads too', async () => {
    const bytes = await plainImage('part')()
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }), 'x.jpg')
    await client.ask('/library/metadata/102/arts', {}, { method: 'POST', body: form })
    expect(plex.uploads('102')[0]?.kind).toBe('art')
    expect(Buffer.from(plex.uploads('102')[0]?.bytes ?? []).equals(bytes)).toBe(true)
    const own = `${plex.url}/library/metadata/101/thumb/1?X-Plex-Token=${plex.token}`
    await client.ask(`/library/metadata/104/posters?url=${encodeURIComponent(own)}`, {}, { method: 'POST' })
    expect(Buffer.from(plex.uploads('104')[0]?.bytes ?? []).equals(await plainImage('film 101')())).toBe(true)
  })

  it('adds and removes labels as Kometa does, and the label search follows', async () => {
    await client.ask(
      '/library/sections/1/all?id=104&label.locked=1&label%5B0%5D.tag.tag=Overlay&type=1',
      {},
      { method: 'PUT' },
    )
    expect(plex.labels('104')).toEqual(['Overlay'])
    expect(await client.titles('1/all?type=1&label=Overlay')).toEqual(['M', 'Metropolis'])
    await client.ask(
      '/library/sections/1/all?id=104&label.locked=1&label%5B%5D.tag.tag-=Overlay&type=1',
      {},
      { method: 'PUT' },
    )
    expect(plex.labels('104')).toEqual([])
    expect(await client.titles('1/all?type=1&label=Overlay')).toEqual(['Metropolis'])
  })

  it('edits fields, and children show the new value', async () => {
    await client.ask('/library/sections/2/all?id=2100&type=2&title.value=Renamed&title.locked=1', {}, { method: 'PUT' })
    const episode = (await client.container('/library/sections/2/all?type=4&includeGuids=1')).children.find(
      (item) => item.attrs.ratingKey === '2111',
    )
    expect(episode?.attrs.grandparentTitle).toBe('Renamed')
  })

  it.each([
    ['GET', '/:/scrobble?key=101&identifier=com.plexapp.plugins.library'],
    ['GET', '/:/rate?key=101&identifier=com.plexapp.plugins.library&rating=5'],
    ['GET', '/library/sections/1/refresh'],
    ['GET', '/library/sections/all/refresh?force=1'],
    ['GET', '/security/token?type=delegation&scope=all'],
    ['GET', '/status/sessions/terminate?sessionId=1'],
    ['PUT', '/library/metadata/101/refresh'],
    ['PUT', '/library/sections/1/emptyTrash'],
    ['PUT', '/:/prefs?DatabaseCacheSize=80'],
    ['DELETE', '/library/metadata/101'],
    ['DELETE', '/library/collections/900'],
    ['POST', '/playlists?type=video&title=P&smart=0&uri=server://x/com.plexapp.plugins.library/library/metadata/101'],
    [
      'POST',
      '/library/collections?type=1&title=C&smart=0&sectionId=1&uri=server://x/com.plexapp.plugins.library/library/metadata/101',
    ],
    ['PUT', '/library/collections/900/items?uri=server://x/com.plexapp.plugins.library/library/metadata/104'],
    ['POST', '/butler/BackupDatabase'],
    ['PATCH', '/nobody/knows/this'],
  ])('%s %s changes the state and is recorded as a write', async (method, target) => {
    const hash = plex.stateHash()
    const response = await client.ask(target, {}, { method })
    expect(response.status).toBe(200)
    expect(plex.stateHash()).not.toBe(hash)
    expect(plex.writes.map((entry) => [entry.method, entry.target])).toEqual([[method, target]])
  })

  it('reads of every kind leave the state unchanged', async () => {
    const hash = plex.stateHash()
    for (const target of [
      '/',
      '/:/prefs',
      '/library',
      '/library/sections',
      '/library/sections/1',
      '/library/sections/1/prefs',
      '/library/sections/1/all',
      '/library/metadata/101',
      '/library/metadata/101/posters',
      '/library/collections/900',
      '/library/collections/900/children',
      '/hubs/search?query=max',
      '/hubs/sections/1/manage',
      '/playlists',
      '/media/providers',
      '/status/sessions',
      '/accounts',
    ]) {
      expect((await client.ask(target)).status, target).toBe(200)
    }
    expect(plex.stateHash()).toBe(hash)
    expect(plex.writes).toEqual([])
  })
})

describe('the journal', () => {
  it('keeps heads byte for byte, on one connection and pipelined, with bodies of every framing', async () => {
    const { port } = new URL(plex.url)
    const heads = [
      `GET /identity HTTP/1.1\r\nHost: a\r\nx-ODD:   spaces \r\n\r\n`,
      `PUT /a/b?c=1&X-Plex-Token=${plex.token} HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\n\r\n`,
      `POST /c?X-Plex-Token=${plex.token} HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\n\r\n`,
      `GET /identity?z HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n`,
    ]
    const bytes = `${heads[0]}${heads[1]}hello${heads[2]}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n${heads[3]}`
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        // Two packets that split a head in the middle.
        socket.write(bytes.slice(0, 70), () => socket.write(bytes.slice(70)))
      })
      socket.resume()
      socket.once('close', () => resolve())
      socket.once('error', reject)
    })
    expect(plex.journal.map((entry) => entry.rawHead.toString())).toEqual(heads)
    const sha = (text: string) => createHash('sha256').update(text).digest('hex')
    expect(plex.journal.map((entry) => [entry.bodyBytes, entry.bodySha256])).toEqual([
      [0, sha('')],
      [5, sha('hello')],
      [5, sha('abcde')],
      [0, sha('')],
    ])
    expect(plex.journal[0]?.headerLines).toEqual(['Host: a', 'x-ODD:   spaces '])
    plex.clearJournal()
    expect(plex.journal).toEqual([])
  })
})
