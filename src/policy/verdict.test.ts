import { describe, expect, test } from 'vitest'
import { artworkKinds } from '../contract/artwork-kinds.ts'
import { parseSectionMeta } from './section-meta.ts'
import { decide, type PolicyContext, type RequestSummary, sectionBefore, verdictWords } from './verdict.ts'

const meta = parseSectionMeta('<MediaContainer><Field key="decade"/></MediaContainer>')
const context: PolicyContext = {
  section: (id) => (id === '1' ? meta : undefined),
  listedArtwork: () => false,
  acceptsToken: (token) => token === 'ours',
}

function summary(line: string, more: Partial<RequestSummary> = {}): RequestSummary {
  const [method = '', rawResource = ''] = line.split(' ')
  const plain = {
    httpVersion: '1.1',
    hasBody: false,
    hasUpgrade: false,
    hasHost: true,
    tooManyHeaders: false,
    tokenHeader: 'ours',
  }
  return { method, rawResource, ...plain, ...more }
}
const judge = (line: string, more?: Partial<RequestSummary>) => decide(summary(line, more), context)
const body = { hasBody: true }

describe('forward', () => {
  test.each([
    ['GET /', '/'],
    ['HEAD /library/sections', '/library/sections'],
    ['GET /library/metadata/5?X-Plex-Token=ours', '/library/metadata/5?skipRefresh=1'],
    ['GET /library/sections/1/all?decade=1990', '/library/sections/1/all?decade=1990'],
  ])('%s -> %s', (line, resource) => {
    expect(judge(line)).toMatchObject({ kind: 'forward', read: { resource }, reason: 'a known read' })
  })

  test('a token in the query alone is enough: image downloads carry no header', () => {
    expect(judge('GET /library/metadata/5/thumb/1?X-Plex-Token=ours', { tokenHeader: undefined })).toMatchObject({
      kind: 'forward',
      read: { resource: '/library/metadata/5/thumb/1' },
    })
  })
})

describe('capture', () => {
  test.each([
    ['POST /library/metadata/12345/posters', 'poster', '12345'],
    ['PUT /library/metadata/12345/poster', 'poster', '12345'],
    ['POST /library/metadata/12345/arts', 'art', '12345'],
    ['POST /library/metadata/12345/art', 'art', '12345'],
    ['POST /library/metadata/12345/thumbs', 'thumb', '12345'],
    ['POST /library/metadata/12345/thumb', 'thumb', '12345'],
    ['POST /library/metadata/12345/clearLogos', 'clearLogo', '12345'],
    ['POST /library/metadata/12345/clearLogo', 'clearLogo', '12345'],
    ['POST /library/metadata/12345/squareArts', 'squareArt', '12345'],
    ['POST /library/metadata/12345/squareArt', 'squareArt', '12345'],
    ['POST /library/metadata/12345/banners', 'banner', '12345'],
    ['POST /library/metadata/12345/banner', 'banner', '12345'],
    ['POST /library/metadata/12345/themes', 'theme', '12345'],
    ['POST /library/metadata/12345/theme', 'theme', '12345'],
    ['POST /library/collections/77/posters', 'poster', '77'],
    ['POST /playlists/78/posters', 'poster', '78'],
    ['POST /library/metadata/1,2/posters', 'poster', null],
    ['POST /library/metadata/abc/posters', 'poster', null],
    ['POST /library/metadata/1234567890123456789/posters', 'poster', null],
    ['POST /library/metadata/5/posters?includeGuids=1&X-Plex-Token=ours', 'poster', '5'],
  ])('%s with a body -> %s of %s', (line, artwork, ratingKey) => {
    expect(judge(line, body)).toMatchObject({ kind: 'capture', artwork, ratingKey, url: null })
  })

  test('every artwork kind of the contract has an upload path', () => {
    for (const kind of artworkKinds) {
      expect(judge(`POST /library/metadata/1/${kind}s`, body)).toMatchObject({ kind: 'capture', artwork: kind })
    }
  })

  test('without a body, the upload is the url, with the encoding of quote_plus decoded', () => {
    expect(judge('POST /library/metadata/5/posters?url=https%3A%2F%2Fa.b%2Fc+d%3Fe%3D1%26f%3D2')).toMatchObject({
      kind: 'capture',
      url: 'https://a.b/c d?e=1&f=2',
    })
  })

  test('with a body, the upload is the body', () => {
    expect(judge('POST /library/metadata/5/posters?url=x', body)).toMatchObject({ kind: 'capture', url: null })
  })
})

describe('block', () => {
  test.each([
    ['PUT /library/metadata/99999/posters', '99999', 'poster'],
    ['POST /library/metadata/5/arts?url=', '5', 'art'],
    ['DELETE /library/metadata/5/thumb', '5', null],
    ['PATCH /library/metadata/5/posters', '5', null],
    ['PUT /library/sections/1/all?id=7&label.locked=1&label%5B0%5D.tag.tag=Overlay&type=1', '7', null],
    ['PUT /library/sections/1/all?id=7%2C8&label.locked=1', null, null],
    ['PUT /library/metadata/5/refresh', '5', null],
    ['PUT /:/prefs?DatabaseCacheSize=1', null, null],
    ['POST /playlists?title=x', null, null],
    ['DELETE /library/collections/9', '9', null],
    ['POST /anything/../%2e%2e//x;y', null, null],
    ['POST *', null, null],
  ])('%s -> ratingKey %s, %s', (line, ratingKey, artwork) => {
    expect(judge(line)).toMatchObject({ kind: 'block', ratingKey, artwork })
  })

  test.each([
    'POST /library/metadata/5/postersx',
    'POST /Library/metadata/5/posters',
    'POST /library/metadata/5/Posters',
  ])('%s with a body is not an upload', (line) => expect(judge(line, body)).toMatchObject({ kind: 'block' }))
})

describe('refuse', () => {
  test.each([
    ['OPTIONS /library/sections', {}, 403],
    ['TRACE /library/sections', {}, 403],
    ['CONNECT plex:32400', {}, 403],
    ['PROPFIND /library', {}, 403],
    ['get /library', {}, 403],
    ['GET /library/sections', { hasBody: true }, 403],
    ['HEAD /library/sections', { hasBody: true }, 403],
    ['GET /library/sections', { hasUpgrade: true }, 403],
    ['POST /library/metadata/1/posters', { hasUpgrade: true }, 403],
    ['GET /library/sections', { httpVersion: '1.0' }, 403],
    ['GET /library/sections', { hasHost: false }, 400],
    ['GET /library/sections', { tooManyHeaders: true }, 431],
    ['GET /library/sections', { tokenHeader: undefined }, 401],
    ['GET /library/sections', { tokenHeader: 'other' }, 401],
    ['GET /library/sections', { tokenHeader: 'ours, ours' }, 401],
    ['GET /library/sections?X-Plex-Token=other', {}, 401],
    ['GET /library/sections?X-Plex-Token=ours&x-plex-token=other', { tokenHeader: undefined }, 401],
    ['GET /:/scrobble?key=1', { tokenHeader: 'other' }, 401],
    ['POST /library/metadata/1/posters', { tokenHeader: undefined, hasBody: true }, 401],
    ['DELETE /library/metadata/1', { tokenHeader: 'other' }, 401],
    ['GET /:/scrobble?key=1', {}, 403],
    ['GET /library/sections/1/refresh', {}, 403],
    ['GET http://plex:32400/library', {}, 403],
    ['GET /library/sections/1/all?having=1', {}, 403],
  ] as const)('%s %j -> %i', (line, more, status) => {
    const verdict = judge(line, more)
    expect(verdict).toMatchObject({ kind: 'refuse', status })
    expect(verdict.reason).toMatch(/^[A-Za-z][\x20-\x7e]+$/)
  })
})

const unknown = 'the path is not on the list of known reads (in Plex a GET can change state too)'

describe('each verdict gives a reason', () => {
  test.each([
    ['CONNECT plex:32400', {}, verdictWords.connect],
    ['OPTIONS /library', {}, verdictWords.otherMethod('OPTIONS')],
    ['GET /library', { hasUpgrade: true }, verdictWords.upgrade],
    ['GET /library', { tooManyHeaders: true }, verdictWords.manyHeaders],
    ['GET /library', { httpVersion: '1.0' }, verdictWords.oldHttp('1.0')],
    ['GET /library', { hasHost: false }, verdictWords.noHost],
    ['GET /library', body, verdictWords.bodyOnRead],
    ['GET /library', { tokenHeader: undefined }, verdictWords.noToken],
    ['GET /library', { tokenHeader: 'other' }, verdictWords.wrongToken],
    ['GET /library?X-Plex-Token=other', {}, verdictWords.wrongToken],
    ['GET /nowhere', {}, unknown],
    ['GET /nowhere?X-Plex-Token=ours', { tokenHeader: undefined }, unknown],
    ['POST /library/metadata/5/posters', body, verdictWords.upload],
    ['POST /library/metadata/5/posters?url=x', {}, verdictWords.uploadByUrl],
    ['POST /library/metadata/5/posters', {}, verdictWords.emptyUpload],
    ['DELETE /library/metadata/5', {}, verdictWords.write],
  ] as const)('%s %j: %s', (line, more, reason) => expect(judge(line, more).reason).toBe(reason))

  test('each verdict names its resource, without tokens', () => {
    const resource = { path: '/library/metadata/5/posters', pairs: ['a=1'], tokens: ['ours'] }
    const line = `/library/metadata/5/posters?a=1&X-Plex-Token=ours`
    for (const verdict of [
      judge(`DELETE ${line}`),
      judge(`POST ${line}`),
      judge(`POST ${line}`, body),
      judge(`GET ${line}`),
      judge(`GET ${line}`, { tokenHeader: 'other' }),
      judge(`GET ${line}`, body),
      judge(`TRACE ${line}`),
    ]) {
      expect(verdict.resource).toEqual(resource)
    }
    expect(judge('POST /playlists/5/posters?url=x&a=1').resource.pairs).toEqual(['url=x', 'a=1'])
  })
})

describe('the section whose Meta must be known first', () => {
  test.each([
    ['GET /library/sections/2/all?decade=1990', '2'],
    ['GET /library/sections/2/genre', '2'],
    ['GET /library/sections/1/all?decade=1990', null],
    ['GET /library/sections/2/all?type=1', null],
    ['PUT /library/sections/2/all?decade=1990', null],
    ['GET /library/sections/2/refresh?force=1;x', null],
    ['HEAD /library/sections/123456789/all?decade=1990', '123456789'],
    ['GET /library/sections/1234567890/all?decade=1990', null],
    ['GET /a/library/sections/2/genre', null],
    ['GET /library/sections/2/genre?a=b;c', null],
    ['GET /library/metadata/2', null],
  ])('%s: %s', (line, section) => expect(sectionBefore(summary(line), context)).toBe(section))

  test('a token in the query alone is enough', () => {
    const request = summary('GET /library/sections/2/genre?X-Plex-Token=ours', { tokenHeader: undefined })
    expect(sectionBefore(request, context)).toBe('2')
  })

  test('a stranger cannot make us ask Plex', () => {
    expect(sectionBefore(summary('GET /library/sections/2/genre?X-Plex-Token=other'), context)).toBeNull()
    expect(sectionBefore(summary('GET /library/sections/2/genre', { tokenHeader: 'other' }), context)).toBeNull()
  })
})

test('the token of the job in another parameter is refused, because it must not reach Plex', () => {
  const context: PolicyContext = {
    section: () => undefined,
    listedArtwork: () => false,
    acceptsToken: (token) => token === 'ours',
    holdsToken: (text) => text.includes('ours'),
  }
  const summary = {
    method: 'GET',
    rawResource: '/library/collections/1?excludeElements=ours',
    httpVersion: '1.1',
    hasBody: false,
    hasUpgrade: false,
    hasHost: true,
    tooManyHeaders: false,
    tokenHeader: 'ours',
  }
  expect(decide(summary, context)).toMatchObject({ kind: 'refuse', status: 403, reason: verdictWords.strayToken })
  const among = { ...summary, rawResource: '/library/collections/1?includeGuids=1&excludeElements=ours' }
  expect(decide(among, context)).toMatchObject({ kind: 'refuse', status: 403, resource: { pairs: expect.any(Array) } })
  expect(decide({ ...summary, rawResource: '/library/collections/1' }, context)).toMatchObject({ kind: 'forward' })
})
