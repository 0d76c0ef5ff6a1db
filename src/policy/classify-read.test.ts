import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allowRead, classifyRead, isPlexOwnUrl, type ReadContext, sectionToLearn } from './classify-read.ts'
import { matchTemplate } from './known-reads/match-template.ts'
import { readTemplates } from './known-reads/read-templates.ts'
import { parseResource, splitResource } from './resource.ts'
import { parseSectionMeta } from './section-meta.ts'

const meta = parseSectionMeta(`<MediaContainer><Meta><Type>
  <Field key="title"/><Field key="decade"/><Field key="show.label"/><Field key="hdr"/><Field key="having"/><Field key="group"/>
  <Filter filter="genre" key="/library/sections/1/genre"/><Filter filter="resolution" key="/library/sections/1/resolution?type=4"/>
  <Filter filter="refresh" key="/library/sections/1/refresh"/></Type></Meta></MediaContainer>`)
const context: ReadContext = {
  section: (id) => (id === '1' ? meta : undefined),
  listedArtwork: (ratingKey, url) => ratingKey === '7' && url === 'https://image.tmdb.org/a b.jpg',
}
const classify = (rawResource: string, method = 'GET') => classifyRead({ method, rawResource, context })

describe('reads that Kometa 2.4 and plexapi 4.18 send', () => {
  test.each([
    ['/', '/'],
    ['/:/prefs', '/:/prefs'],
    ['/library/sections/', '/library/sections/'],
    ['/library/sections/1/prefs', '/library/sections/{section}/prefs'],
    ['/library/sections/1/all?includeGuids=1&type=1', '/library/sections/{section}/all'],
    ['/library/sections/1/all?includeGuids=1&title=4K+HDR%21&type=18', '/library/sections/{section}/all'],
    [
      '/library/sections/1/all?includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0',
      '/library/sections/{section}/all',
    ],
    [
      '/library/sections/1/all?type=4&limit=5&sort=show.titleSort%2Cepisode.index%3AnullsLast&push=1&decade%3E%3E=1990&and=1&push=1&show.label!=5&or=1&show.label=6&pop=1&pop=1',
      '/library/sections/{section}/all',
    ],
    [
      '/library/sections/1/all?type=1&title%3D=A&or=1&title=B&hdr!=1&title!%3D=C&title%3C=D',
      '/library/sections/{section}/all',
    ],
    ['/library/sections/1/all?type=1&title==A', '/library/sections/{section}/all'],
    ['/library/sections/1/all?title%21%3D=A&id%21=5', '/library/sections/{section}/all'],
    ['/library/sections/1/genre?type=1', '/library/sections/{section}/{tag}'],
    ['/library/sections/1/label?type=3', '/library/sections/{section}/{tag}'],
    ['/library/metadata/5/children?excludeAllLeaves=1&includeGuids=1', '/library/metadata/{ids}/children'],
    ['/library/metadata/5/children?excludeAllLeaves=1&index=1', '/library/metadata/{ids}/children'],
    ['/library/metadata/5/posters', '/library/metadata/{id}/posters'],
    ['/library/metadata/5/thumb/1700000000', '/library/metadata/{id}/{element}/{stamp}'],
    ['/library/metadata/5/file?url=upload%3A%2F%2Fposters%2Fabc', '/library/metadata/{id}/file'],
    ['/library/metadata/7/file?url=https%3A%2F%2Fimage.tmdb.org%2Fa%20b.jpg', '/library/metadata/{id}/file'],
    ['/library/collections/500/children', '/library/collections/{collection}/children'],
    ['/hubs/search?query=Murnau&includeCollections=1&includeExternalMedia=1&sectionId=1', '/hubs/search'],
  ])('%s goes out unchanged', (raw, template) => {
    expect(classify(raw)).toMatchObject({ ok: true, resource: raw, template })
  })

  test.each([
    ['/library/metadata/5', '/library/metadata/5?skipRefresh=1'],
    ['/library/metadata/5,6?includeGuids=1', '/library/metadata/5,6?includeGuids=1&skipRefresh=1'],
    ['/library/metadata/5?skipRefresh=1&includeGuids=1', '/library/metadata/5?skipRefresh=1&includeGuids=1'],
    ['/library/metadata/5/thumb/1?X-Plex-Token=abc', '/library/metadata/5/thumb/1'],
    ['/library/sections/1/all?X-Plex-Token=abc&type=1', '/library/sections/1/all?type=1'],
  ])('%s goes out as %s', (raw, resource) => {
    expect(classify(raw)).toMatchObject({ ok: true, resource })
  })

  test('a read reports its section and ratingKeys', () => {
    expect(classify('/library/sections/1/all?type=1')).toMatchObject({ section: '1' })
    expect(classify('/library/metadata/5,6')).toMatchObject({ ratingKeys: ['5', '6'] })
  })
})

describe('requests that are not reads', () => {
  test.each([
    // State-changing GETs (plexapi and Plex's API text)
    ['/:/scrobble?key=1&identifier=com.plexapp.plugins.library', 'unknownPath'],
    ['/:/rate?key=1&rating=5', 'unknownPath'],
    ['/:/timeline?ratingKey=1', 'unknownPath'],
    ['/:/progress?key=1', 'unknownPath'],
    ['/library/sections/1/refresh', 'unknownTagList'],
    ['/library/sections/1/refresh?force=1', 'unknownTagList'],
    ['/library/sections/all/refresh', 'unknownPath'],
    ['/library/sections/1/emptyTrash', 'unknownTagList'],
    ['/library/metadata/1/subtitles?url=x', 'unknownPath'],
    ['/library/metadata/1/refresh', 'unknownPath'],
    ['/library/metadata/1?asyncAugmentMetadata=1', 'unknownParameter'],
    ['/library/metadata/1?checkFiles=1', 'unknownParameter'],
    ['/library/metadata/1?skipRefresh=0', 'badValue'],
    ['/status/sessions/terminate?sessionId=1&reason=x', 'unknownPath'],
    ['/security/token?type=delegation&scope=all', 'unknownPath'],
    ['/playQueues/1?own=1', 'unknownPath'],
    ['/photo/:/transcode?url=%2Flibrary%2Fsections%2F1%2Frefresh', 'unknownPath'],
    ['/video/:/transcode/universal/start.m3u8', 'unknownPath'],
    ['/player/playback/play', 'unknownPath'],
    ['/log?message=x', 'unknownPath'],
    ['/services/browse', 'unknownPath'],
    ['/library/clean/bundles', 'unknownPath'],
    ['/:/websockets/notifications', 'unknownPath'],
    // Something forbidden after something allowed
    ['/library/sections/1/all?type=1&decade=1990&checkFiles=1', 'unknownField'],
    ['/library/sections/1/all?decade=1990&title=x&title%3D=%00', 'badValue'],
    ['/library/sections/1/all?push=1&decade%3E%3E=1990&and=1&viewCount=5&pop=1', 'unknownField'],
    // Other spellings of paths
    ['/Library/sections', 'unknownPath'],
    ['/library/sections/1/all/', 'unknownPath'],
    ['/library/metadata/5/', 'unknownPath'],
    ['/library/metadata/abc', 'unknownPath'],
    ['/library/metadata/5,', 'unknownPath'],
    ['/library/metadata/5/thumb/../refresh', 'oddPath'],
    ['/library/metadata/1234567890123456789', 'unknownPath'],
    // Parameters
    ['/library/sections/1/all?having=1', 'unknownField'],
    ['/library/sections/1/all?group=title', 'unknownField'],
    ['/library/sections/1/all?title.value=x', 'unknownField'],
    ['/library/sections/1/all?title.locked=1', 'unknownField'],
    ['/library/sections/1/all?label%5B0%5D.tag.tag=x', 'unknownField'],
    ['/library/sections/1/all?label%5B%5D.tag.tag-=x', 'unknownField'],
    ['/library/sections/1/all?label[0].tag.tag=x', 'oddQuery'],
    ['/library/sections/1/all?unknownField=1', 'unknownField'],
    ['/library/sections/1/all?_method=PUT', 'unknownField'],
    ['/library/sections/1/all?X-HTTP-Method-Override=PUT', 'unknownField'],
    ['/library/sections/1/all?Title=x', 'unknownField'],
    ['/library/sections/1/all?sort=title;drop', 'oddQuery'],
    ['/library/sections/1/all?sort=title%3Bdrop', 'badValue'],
    ['/library/sections/1/all?title=%00', 'badValue'],
    ['/library/sections/1/all?title=%ff', 'badValue'],
    ['/library/sections/1/all?push=2', 'badValue'],
    ['/library/sections/1/all?type=1&type=2', 'repeated'],
    ['/library/sections/1/all?X-Plex-Container-Size=0&X-Plex-Container-Size=9', 'repeated'],
    ['/library/sections/1/all?x-plex-container-size=9', 'unknownField'],
    ['/library/sections/2/all?decade=1990', 'unknownField'],
    ['/library/sections/2/genre', 'unknownTagList'],
    ['/:/prefs?a=1', 'unknownParameter'],
    ['/:/prefs?X-Plex-Token=t&_method=PUT', 'unknownParameter'],
    // file?url=
    ['/library/metadata/5/file', 'missing'],
    ['/library/metadata/5/file?url=http%3A%2F%2F10.0.0.1%2F', 'foreignFile'],
    ['/library/metadata/5/file?url=https%3A%2F%2Fimage.tmdb.org%2Fa%20b.jpg', 'foreignFile'],
    ['/library/metadata/5/file?url=file%3A%2F%2F%2Fetc%2Fpasswd', 'foreignFile'],
    ['/library/metadata/5/file?url=%2Flibrary%2Fsections%2F1%2Frefresh', 'foreignFile'],
    ['/library/metadata/5/file?url=media%3A%2F%2Fa%2F..%2Fb', 'foreignFile'],
    ['/library/metadata/5/file?url=upload%3A%2F%2Fa&url=upload%3A%2F%2Fb', 'repeated'],
    ['/playlists?title=1&title=1', 'repeated'],
    ['/playlists?playlistType=1&title&title=1', 'repeated'],
  ])('%s: %s', (raw, code) => {
    expect(classify(raw)).toMatchObject({ ok: false, code })
  })

  test('a write is never a read, with any path', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'get', 'TRACE']) {
      expect(classify('/identity', method)).toMatchObject({ ok: false, code: 'notARead' })
    }
  })

  test('the reason names the parameter and stays printable and short', () => {
    const refusal = classify(`/:/prefs?${'a'.repeat(500)}=1`)
    expect(refusal).toMatchObject({ ok: false, code: 'unknownParameter' })
    if (!refusal.ok) expect(refusal.reason.length).toBeLessThan(220)
  })
})

test('allowRead takes constants of the table and throws for anything else', () => {
  expect(allowRead('/identity')).toBe('/identity')
  expect(allowRead('/library/metadata/1,2')).toBe('/library/metadata/1,2?skipRefresh=1')
  expect(() => allowRead('/library/sections/1/refresh')).toThrow(/not on the list/)
})

test.each([
  ['/library/sections/1/all?type=1', null],
  ['/library/sections/1/all?type=1&decade=1990', '1'],
  ['/library/sections/1/all?title=x', null],
  ['/library/sections/1/genre', '1'],
  ['/library/sections/1/label', null],
  ['/library/sections/1/prefs', null],
  ['/library/sections/1/prefs?unknown=1', null],
  ['/library/metadata/1', null],
])('%s needs the Meta of section %s first', (raw, section) => {
  expect(sectionToLearn(splitResource(raw))).toBe(section)
})

test.each([
  ['upload://posters/abc', true],
  ['metadata://posters/tv.plex.agents.movie_1', true],
  ['media://6/abc.bundle/Contents/_stored/a.jpg', true],
  ['upload://../x', false],
  ['upload://a/../x', false],
  ['http://x/y', false],
  ['file:///etc/passwd', false],
  ['upload://', false],
  [' upload://x', false],
  ['xupload://x', false],
  ['UPLOAD://x', false],
  ['upload://a b', false],
  ['upload://a\\b', false],
  ['upload://a?b', false],
  ['upload://a#b', false],
  ['upload://./x', false],
  ['upload://a/.', false],
  ['upload://a/..', false],
  ['upload://../a:bcd', false],
  ['upload://a/..b/.c', true],
  ['upload://a.', true],
  ['upload://.../a', true],
])('Plex stores %s: %s', (url, own) => {
  expect(isPlexOwnUrl(url)).toBe(own)
})

describe('properties', () => {
  const piece = fc.constantFrom(
    ...readTemplates.flatMap(({ path, query }) => [...path.split('/'), ...Object.keys(query ?? {})]),
    ...[
      '1',
      '1,2',
      '..',
      '.',
      '',
      '%2e',
      '%2F',
      '//',
      ';a',
      '\\',
      '?',
      '&',
      '=',
      '#',
      '%',
      '\u0000',
      '~',
      'refresh',
      'A',
      '-',
      ' ',
    ],
  )
  const nearMiss = fc
    .array(fc.tuple(piece, fc.constantFrom('/', '', '?', '&', '=', '/..')), { maxLength: 8 })
    .map((parts) => `/${parts.map(([text, glue]) => text + glue).join('')}`)
  const bytes = fc.uint8Array({ maxLength: 60 }).map((raw) => Buffer.from(raw).toString('latin1'))

  test('a resource is refused, or its canonical form is allowed again as the same read', () => {
    fc.assert(
      fc.property(fc.oneof(nearMiss, bytes), (raw) => {
        const first = classify(raw)
        if (!first.ok) {
          expect(first.reason).not.toBe('')
          return
        }
        expect(first.resource).toMatch(/^\/[A-Za-z0-9_.,:/-]*(\?[!-~]+)?$/)
        expect(first.resource).not.toMatch(/\/\/|\/\.|[;#\\[\]]/)
        const again = classify(first.resource)
        expect(again).toEqual(first)
      }),
      { numRuns: 5_000 },
    )
  })

  test('an allowed read contains only pairs of the request, plus skipRefresh', () => {
    fc.assert(
      fc.property(nearMiss, (raw) => {
        const verdict = classify(raw)
        if (!verdict.ok) return
        const given = new Set([...splitResource(raw).pairs, 'skipRefresh=1'])
        for (const pair of splitResource(verdict.resource).pairs) expect(given).toContain(pair)
      }),
      { numRuns: 5_000 },
    )
  })

  test('every template matches a path made from it, and no template hides another', () => {
    const sample: Record<string, string> = {
      section: '3',
      id: '5',
      ids: '5,6',
      collection: '5',
      playlist: '5',
      stream: '5',
      stamp: '17',
      element: 'thumb',
      file: 'a.png',
      tag: 'genre',
    }
    for (const { path } of readTemplates) {
      const raw = path.replace(/\{([a-z]+)\}/g, (_, name: string) => sample[name] ?? '?')
      expect(parseResource(raw).ok).toBe(true)
      expect(matchTemplate(raw)?.compiled.template.path).toBe(path)
    }
  })
})
