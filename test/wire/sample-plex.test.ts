import { get as httpGet } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type PlexClient, parseXml, plexClient } from '../support/plex-client.ts'
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

describe('who may ask', () => {
  it('answers 401 without a token and with a wrong one, but /identity to everybody', async () => {
    expect((await fetch(`${plex.url}/library/sections`)).status).toBe(401)
    expect((await client.ask('/library/sections', { 'X-Plex-Token': 'wrong' })).status).toBe(401)
    expect((await fetch(`${plex.url}/library/sections?X-Plex-Token=${plex.token}`)).status).toBe(200)
    const identity = await fetch(`${plex.url}/identity`)
    expect(parseXml(await identity.text()).attrs.machineIdentifier).toBe(plex.machineIdentifier)
  })

  it('admits clients without a token if networks are allowed without one', async () => {
    await using open = await startSamplePlex({ libraries: smallLibraries(), allowWithoutToken: true })
    expect((await fetch(`${open.url}/library/sections`)).status).toBe(200)
    expect((await fetch(`${open.url}/library/sections`, { headers: { 'X-Plex-Token': 'wrong' } })).status).toBe(401)
  })

  it('answers only under its prefix', async () => {
    await using behind = await startSamplePlex({ libraries: smallLibraries(), pathPrefix: '/plex' })
    expect(behind.url.endsWith('/plex')).toBe(true)
    expect((await fetch(`${behind.url}/identity`)).status).toBe(200)
    expect((await fetch(`${behind.url.slice(0, -5)}/identity`)).status).toBe(404)
  })
})

describe('formats', () => {
  it('gives the same items in XML and JSON', async () => {
    const xml = await client.container('/library/sections/1/all?type=1')
    const json = (await (
      await client.ask('/library/sections/1/all?type=1', { Accept: 'application/json' })
    ).json()) as {
      MediaContainer: { size: number; Metadata: { title: string; year: number; Media: { Part: unknown[] }[] }[] }
    }
    expect(json.MediaContainer.size).toBe(6)
    expect(json.MediaContainer.Metadata.map((item) => item.title)).toEqual(xml.children.map((item) => item.attrs.title))
    expect(json.MediaContainer.Metadata[0]?.year).toBe(1926)
    expect(json.MediaContainer.Metadata[0]?.Media[0]?.Part).toHaveLength(1)
  })

  it('escapes titles so that a parser reads them back', async () => {
    const item = (await client.container('/library/metadata/106')).children[0]
    expect(item?.attrs.title).toBe('Lock, Stock & "Barrel" <Ünïcode>')
  })

  it('compresses when told to', async () => {
    await using small = await startSamplePlex({ libraries: smallLibraries(), gzip: true })
    const body = await new Promise<Buffer>((resolve, reject) => {
      const headers = { 'X-Plex-Token': small.token, 'Accept-Encoding': 'gzip' }
      httpGet(`${small.url}/library/sections/1/all`, { headers }, (response) => {
        expect(response.headers['content-encoding']).toBe('gzip')
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve(Buffer.concat(chunks)))
      }).on('error', reject)
    })
    expect(parseXml(gunzipSync(body).toString()).attrs.size).toBe('6')
  })

  it('answers HEAD with the length and no body', async () => {
    const head = await client.ask('/library/metadata/101', {}, { method: 'HEAD' })
    const whole = await client.ask('/library/metadata/101')
    expect(head.headers.get('content-length')).toBe(String((await whole.arrayBuffer()).byteLength))
    expect((await head.arrayBuffer()).byteLength).toBe(0)
  })

  it('sends head and body of a small answer in one packet', async () => {
    const { port } = new URL(plex.url)
    const first = await new Promise<Buffer>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(`GET /identity HTTP/1.1\r\nHost: x\r\n\r\n`))
      socket.once('data', (chunk) => {
        socket.destroy()
        resolve(chunk)
      })
      socket.once('error', reject)
    })
    expect(first.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*<MediaContainer[\s\S]*\/>\n$/)
  })

  it('does not know other paths', async () => {
    for (const path of [
      '/nowhere',
      '/library/metadata/999999',
      '/library/sections/9/all',
      '/library/sections/1/nonsense',
    ]) {
      expect((await client.ask(path)).status, path).toBe(404)
    }
  })
})

describe('paging', () => {
  it('by header and by query alike, with counts of all items and of the page', async () => {
    const byHeader = await client.container('/library/sections/1/all?type=1', {
      'X-Plex-Container-Start': '4',
      'X-Plex-Container-Size': '4',
    })
    const byQuery = await client.container(
      '/library/sections/1/all?type=1&X-Plex-Container-Start=4&X-Plex-Container-Size=4',
    )
    for (const page of [byHeader, byQuery]) {
      expect(page.attrs).toMatchObject({ size: '2', totalSize: '6', offset: '4' })
      expect(page.children.map((item) => item.attrs.title)).toEqual(['Metropolis', 'Nosferatu'])
    }
    const none = await client.container(
      '/library/sections/1/all?type=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0',
    )
    expect(none.attrs).toMatchObject({ size: '0', totalSize: '6' })
    expect((await client.container('/library/sections/1/all?type=1')).attrs.totalSize).toBeUndefined()
  })

  it('streams a long listing completely', async () => {
    const [movies] = smallLibraries()
    const template = movies?.items[0]
    if (movies === undefined || template === undefined) throw new Error('no sample')
    const items = Array.from({ length: 2_000 }, (_, at) => ({
      ...template,
      ratingKey: String(10_000 + at),
      title: `Film ${at}`,
    }))
    await using large = await startSamplePlex({ libraries: [{ key: 1, title: 'Movies', type: 'movie', items }] })
    const response = await fetch(`${large.url}/library/sections/1/all?includeGuids=1&type=1`, {
      headers: { 'X-Plex-Token': large.token },
    })
    const listing = parseXml(await response.text())
    expect(listing.attrs.size).toBe('2000')
    expect(new Set(listing.children.map((item) => item.attrs.ratingKey)).size).toBe(2_000)
  })
})

describe('one item', () => {
  it('is described in full: streams, guids, labels, ids of tags', async () => {
    const item = (await client.container('/library/metadata/103')).children[0]
    const names = item?.children.map((child) => child.name) ?? []
    expect(names).toEqual(expect.arrayContaining(['Media', 'Guid', 'Genre', 'Label', 'Collection']))
    const part = item?.children.find((child) => child.name === 'Media')?.children[0]
    expect(part?.children.map((stream) => stream.attrs.streamType)).toEqual(['1', '2'])
    expect(part?.children[0]?.attrs.colorTrc).toBe('smpte2084')
  })

  it('returns several items in the requested order', async () => {
    expect((await client.container('/library/metadata/104,101')).children.map((item) => item.attrs.ratingKey)).toEqual([
      '104',
      '101',
    ])
  })

  it('knows its children, leaves and ancestors', async () => {
    expect(
      (await client.container('/library/metadata/2000/children')).children.map((season) => season.attrs.title),
    ).toEqual(['Season 1', 'Season 2'])
    expect((await client.container('/library/metadata/2000/allLeaves')).children).toHaveLength(5)
    const episode = (await client.container('/library/metadata/2011')).children[0]
    expect(episode?.attrs).toMatchObject({
      parentRatingKey: '2010',
      grandparentRatingKey: '2000',
      parentIndex: '1',
      index: '1',
    })
  })

  it('shows its poster by thumb and by file, with an exact image type', async () => {
    const item = (await client.container('/library/metadata/101')).children[0]
    const poster = (await client.container('/library/metadata/101/posters')).children[0]
    expect(poster?.attrs.selected).toBe('1')
    const drawn = await plainImage('film 101')()
    for (const path of [item?.attrs.thumb ?? '', poster?.attrs.key ?? '']) {
      const response = await client.ask(path)
      expect(response.headers.get('content-type')).toBe('image/jpeg')
      expect(Buffer.from(await response.arrayBuffer()).equals(drawn)).toBe(true)
    }
  })
})
