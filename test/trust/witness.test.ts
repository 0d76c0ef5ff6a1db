import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startPromiscuousPlex } from '../support/promiscuous/promiscuous.ts'
import { judgeObligingly } from '../support/promiscuous/promiscuous-judge.ts'
import { describedWrites } from '../support/promiscuous/promiscuous-writes.ts'
import { assertOnlyCanonicalReads, problemOf } from '../support/witness.ts'
import { spellings } from './spellings.ts'

/** A witness that sees nothing proves nothing, so this test shows it what it must see. */

const casesFile = new URL('../../../shared/corpora/plex-write-paths.json', import.meta.url)
const here = existsSync(casesFile)
if (!here)
  process.stderr.write("\nSKIPPED: the comparison with Plex's API description: it is not beside the repository\n\n")

test.skipIf(!here)(
  'the table of writes matches the API description; an operation that it does not know fails here',
  () => {
    const cases = JSON.parse(readFileSync(casesFile, 'utf8')) as { tpl: string; verbs: string[]; dual: boolean }[]
    const lines = (list: readonly { template: string; verbs: readonly string[]; alsoRead: boolean }[]) =>
      list.map(({ template, verbs, alsoRead }) => `${template} ${[...verbs].sort().join(' ')} ${alsoRead}`).sort()
    expect(lines(describedWrites)).toEqual(
      lines(cases.map(({ tpl, verbs, dual }) => ({ template: tpl, verbs, alsoRead: dual }))),
    )
    expect(describedWrites.flatMap(({ verbs }) => verbs)).toHaveLength(130)
  },
)

const judge = (method: string, target: string, headers: [string, string][] = []) =>
  judgeObligingly({ method, target, headers })

describe('what a promiscuous Plex takes for a write', () => {
  const writeOnly = describedWrites.filter(({ template, alsoRead }) => !alsoRead && !template.endsWith('{element}'))

  test.each(spellings)('every write-only path: %s', (_name, spell) => {
    expect(writeOnly).toHaveLength(76)
    for (const { template } of writeOnly) {
      const target = spell(template.replace(/\{[^}]*\}/g, '1'))
      for (const verb of ['GET', 'HEAD', 'OPTIONS', 'FOO'])
        expect([verb, target, judge(verb, target)]).not.toContain(null)
    }
  })

  test.each([
    ['PUT', '/:/prefs'],
    ['DELETE', '/library/metadata/1/posters'],
    ['OPTIONS', '/identity'],
    ['GET', '/:/prefs?a=b'],
    ['HEAD', '/:/prefs?_method=GET'],
    ['GET', '/library/metadata/1/posters?url=a'],
    ['GET', '/library/sections/1/all?title.value=a'],
    ['GET', '/library/sections/1/all?force=1'],
    ['GET', '/library/sections/1/all?having=1'],
    ['GET', '/library/metadata/1'],
    ['GET', '/library/metadata/1?skipRefresh=0'],
    ['GET', '/library/metadata/1?skipRefresh=1&checkFiles=1'],
    ['GET', '/identity?_method=PUT'],
    ['GET', '/library/sections/1/refresh?force=1'],
    ['GET', '/%25%36%63ibrary/sections/1/refresh'],
    ['GET', '/:/scrobble?key=1'],
    ['GET', 'http://elsewhere/:/scrobble?key=1'],
  ])('%s %s', (verb, target) => expect(judge(verb, target)).not.toBeNull())

  test.each<[string, string]>([
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-Method-Override', 'put'],
    ['Cookie', 'a=b; _method=POST'],
    ['Upgrade', 'websocket'],
  ])('a header %s: %s', (name, value) => expect(judge('GET', '/library', [[name, value]])).not.toBeNull())

  test.each([
    '/identity',
    '/:/prefs',
    '/library/metadata/1?skipRefresh=1',
    '/library/metadata/1/posters',
    '/library/metadata/1/posters?X-Plex-Container-Start=0&X-Plex-Container-Size=100',
    '/library/metadata/1/thumb/1700000000',
    '/library/sections/1/all?type=1&title%3D=x&movie.audienceRating%3E%3E=8&sort=titleSort%3Aasc&push=1&or=1&pop=1',
    '/status/sessions/history/all?sort=viewedAt%3Adesc&viewedAt%3E=1',
  ])('and not %s', (target) => expect(judge('GET', target)).toBeNull())
})

describe('what reaches it as bytes', () => {
  async function effectsOf(bytes: string): Promise<{ effects: readonly string[]; changed: boolean }> {
    await using plex = await startPromiscuousPlex()
    const before = plex.stateHash()
    const closed = new Promise((resolve) => {
      const socket = connect(plex.port, '127.0.0.1', () => socket.end(Buffer.from(bytes, 'latin1')))
      socket.resume().on('close', resolve)
    })
    await closed
    return { effects: plex.effects, changed: plex.stateHash() !== before }
  }

  test.each([
    [
      'a request in the body of a GET',
      'GET /identity HTTP/1.1\r\nContent-Length: 40\r\n\r\nDELETE /library/metadata/1 HTTP/1.1\r\n\r\n',
    ],
    ['a chunk after a GET', 'GET /identity HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
    ['bare line feeds', 'DELETE /library/metadata/1 HTTP/1.1\nHost: x\n\n'],
    ['no version', 'DELETE /library/metadata/1\r\n\r\n'],
    ['noise', '\xff\xfe\r\n\r\n'],
    ['half a request', 'GET /identity HTTP/1.1\r\nHost: x'],
  ])('%s changes its state', async (_name, bytes) => {
    const { effects, changed } = await effectsOf(bytes)
    expect([effects.length > 0, changed]).toEqual([true, true])
  })

  test('reads do not, pipelined or not', async () => {
    const read = 'GET /identity HTTP/1.1\r\nHost: x\r\n\r\n'
    expect(await effectsOf(read.repeat(3))).toEqual({ effects: [], changed: false })
  })
})

describe('canonical reads', () => {
  const options = { token: 'T0K3N', never: ['clientSecret'], clientIdentifier: 'id' }
  const host = 'host: 127.0.0.1:1\r\nconnection: keep-alive\r\n'
  const own = 'X-Plex-Client-Identifier: id\r\nX-Plex-Token: T0K3N\r\n'
  const raw = (line: string, headers = host + own) => ({ rawHead: Buffer.from(`${line}\r\n${headers}\r\n`, 'latin1') })

  test.each([
    'GET /identity HTTP/1.1',
    'HEAD /library/metadata/1,2?skipRefresh=1 HTTP/1.1',
    'GET /library/metadata/1?includeFields=thumbBlurHash%2CartBlurHash&skipRefresh=1 HTTP/1.1',
    'GET /library/sections/1/all?type=1&genre=1&genre=2&title%21=a HTTP/1.1',
    'GET /library/metadata/1/file?url=upload%3A%2F%2Fposters%2Fabc HTTP/1.1',
  ])('%s', (line) => expect(problemOf(raw(line), options)).toBeNull())

  test.each([
    ['OPTIONS /identity HTTP/1.1', 'bytes'],
    ['GET /identity HTTP/1.0', 'bytes'],
    ['GET  /identity HTTP/1.1', 'bytes'],
    ['GET //identity HTTP/1.1', 'known reads'],
    ['GET /Identity HTTP/1.1', 'known reads'],
    ['GET /identity/ HTTP/1.1', 'known reads'],
    ['GET /identity? HTTP/1.1', 'query is empty'],
    ['GET /identity?a HTTP/1.1', 'documents'],
    ['GET http://x/identity HTTP/1.1', 'no path'],
    ['GET /library/metadata/1 HTTP/1.1', 'skipRefresh'],
    ['GET /library/metadata/1?skipRefresh=1&skipRefresh=1 HTTP/1.1', 'twice'],
    ['GET /library/metadata/1?skipRefresh=1&checkFiles=1 HTTP/1.1', 'documents'],
    ['GET /library/metadata/1?%73kipRefresh=1 HTTP/1.1', 'encoded'],
    ['GET /library/metadata/1/file?url=http%3A%2F%2F127.0.0.1%2F HTTP/1.1', 'no artwork'],
    ['GET /library/metadata/1/file HTTP/1.1', 'url is missing'],
    ['GET /library/sections/1/refresh HTTP/1.1', 'known reads'],
    ['GET /library/sections/1/all?title=%00 HTTP/1.1', 'control'],
    ['GET /library/sections/1/all?X-Plex-Token=T0K3N HTTP/1.1', 'documents'],
    ['GET /library/sections/1/all?title=clientSecret HTTP/1.1', 'secret'],
  ])('not %s', (line, why) => expect(problemOf(raw(line), options)).toContain(why))

  test.each([
    ['a foreign header', `${host}${own}X-HTTP-Method-Override: PUT\r\n`, 'not one of a read'],
    ['a cookie', `${host}${own}Cookie: a=b\r\n`, 'not one of a read'],
    ['a body length', `${host}${own}Content-Length: 0\r\n`, 'not one of a read'],
    ['another token', `${host}X-Plex-Client-Identifier: id\r\nX-Plex-Token: other\r\n`, 'real token'],
    ['two tokens', `${host}${own}x-plex-token: T0K3N\r\n`, 'twice'],
    ['another client', `${host}X-Plex-Client-Identifier: mac\r\nX-Plex-Token: T0K3N\r\n`, 'another client'],
    ['a bare line feed', `${host}${own}Accept: a\nb: c\r\n`, 'bytes'],
    ['a tab', `${host}${own}Accept:\ta\r\n`, 'bytes'],
  ])('not with %s', (_name, headers, why) =>
    expect(problemOf(raw('GET /identity HTTP/1.1', headers), options)).toContain(why),
  )

  test('only a request for the identity of Plex may come without the token', () => {
    const headers = `${host}X-Plex-Client-Identifier: id\r\n`
    expect(problemOf(raw('GET /library/sections/1/all HTTP/1.1', headers), options)).toContain('real token')
  })

  test('a body is reported, and the assertion throws with the bytes', () => {
    expect(problemOf({ ...raw('GET /identity HTTP/1.1'), bodyBytes: 1 }, options)).toContain('body')
    expect(() => assertOnlyCanonicalReads([raw('PUT /identity HTTP/1.1')], options)).toThrow(/PUT \/identity/)
  })
})
