import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createPlexReader } from '../../src/plex/items/reads.ts'
import { createScope } from '../../src/proxy/scope/scope.ts'
import { createScopedReads } from '../../src/proxy/scope/scoped-reads.ts'
import { startProxy } from '../../src/proxy/server.ts'
import { ancestorKeys } from '../support/ancestor-keys.ts'
import { clientToken, createListCaptures, createListRecorder } from '../support/proxy-world.ts'
import { ownRequest, type SamplePlex, startSamplePlex } from '../support/sample-plex.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { childElements, type ParsedElement, parseXml } from './random-listing.ts'
import { awkwardTitles, movies, paged, shows } from './scope-world.ts'

const films = movies(40)
const filmKeys = films.items.map(({ ratingKey }) => ratingKey)
const showKeys = shows()
  .items.flatMap((show) => [
    show,
    ...(show.children ?? []),
    ...(show.children ?? []).flatMap((season) => season.children ?? []),
  ])
  .map(({ ratingKey }) => ratingKey)

const plexes = new Map<string, Promise<SamplePlex>>()
const plexOf = (honours: { id: boolean; title: boolean }): Promise<SamplePlex> => {
  const name = JSON.stringify(honours)
  const known = plexes.get(name) ?? startSamplePlex({ libraries: [films, shows()], scopeHonours: honours })
  plexes.set(name, known)
  return known
}
afterAll(async () => {
  for (const plex of plexes.values()) await (await plex)[Symbol.asyncDispose]()
})

const term = fc.oneof(
  fc.constantFrom(
    'resolution=4k',
    'resolution!=4k',
    'genre=Drama',
    'label=Overlay',
    'year%3E%3E=1950',
    'unwatched=1',
    'unwatched!=1',
    'addedAt%3E%3E=2018-01-01',
    'year=1800',
  ),
  fc
    .constantFrom(...awkwardTitles, 'film')
    .map((title) => `title=${encodeURIComponent(title).replaceAll('%2C', '%252C')}`),
)
const group = (inner: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.array(inner, { minLength: 1, maxLength: 3 }), fc.constantFrom('and', 'or'))
    .map(([terms, word]) => terms.join(`&${word}=1&`))
const filters = fc.oneof(
  term,
  group(term),
  group(
    fc.oneof(
      term,
      group(term).map((inner) => `push=1&${inner}&pop=1`),
    ),
  ),
)
// A search with includeGuids and a label but without an order comes from the removal pass, and may become empty.
const filmQuery = fc
  .record({
    filters: fc.option(filters, { freq: 6 }),
    sort: fc.constantFrom('', '&sort=titleSort', '&sort=addedAt%3Adesc', '&sort=year%2CtitleSort%3Adesc'),
    limit: fc.constantFrom('', '', '', '&limit=3'),
    guids: fc.constantFrom('', '&includeGuids=1'),
  })
  .map(
    (one) =>
      `/library/sections/1/all?type=1${one.sort === '' ? '' : one.guids}${one.limit}${one.sort}${one.filters === null ? '' : `&${one.filters}`}`,
  )
const showQuery = fc
  .tuple(
    fc.constantFrom(2, 3, 4),
    fc.constantFrom(
      '',
      '&show.network=NBC',
      '&episode.resolution=480',
      '&show.title=twins',
      '&sort=titleSort&episode.index=1',
    ),
  )
  .map(([type, filter]) => `/library/sections/2/all?type=${type}${filter}`)

const scopeOf = fc.record({
  films: fc.subarray(filmKeys, { maxLength: 6 }),
  shows: fc.subarray(showKeys, { maxLength: 3 }),
})
const honours = fc.constantFrom({ id: true, title: true }, { id: false, title: true }, { id: false, title: false })

const withoutCounts = ({ attributes: { size: _size, totalSize: _total, offset: _offset, ...rest } }: ParsedElement) =>
  rest

describe('for random libraries, scopes, queries and pages', () => {
  test('the scoped pages hold what an independent parser finds in the whole answer', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        honours,
        scopeOf,
        fc.array(fc.oneof(filmQuery, filmQuery, showQuery), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (honoured, chosen, queries, size) => {
          const targets = [...chosen.films, ...chosen.shows]
          fc.pre(targets.length > 0)
          const plex = await plexOf(honoured)
          await using connection = connectToSeenPlex({
            url: plex.url,
            token: plex.token,
            verifySsl: true,
            clientIdentifier: 'tests',
          })
          const reader = createPlexReader(connection)
          const items = await reader.items(targets)
          const ancestors = await reader.items(items.flatMap(ancestorKeys))
          const scope = createScope({ connection, items: [...items, ...ancestors] })
          await using proxy = await startProxy({
            ...{
              connection,
              serverId: 'm',
              clientToken,
              captures: createListCaptures(),
              recorder: createListRecorder(),
              preferredPort: 0,
            },
            wrapReads: (forward) => createScopedReads(scope, forward),
          })
          const read = async (url: string, token: string, target: string, start: number, count: number) => {
            const own = url === plex.url ? ownRequest : {}
            const headers = { Accept: '*/*', 'X-Plex-Token': token, ...paged(start, count), ...own }
            return parseXml(await (await fetch(url + target, { headers })).text())
          }
          for (const target of queries) {
            const whole = await read(plex.url, plex.token, target, 0, 1_000)
            const inScope = childElements(whole).filter(({ attributes }) =>
              scope.items.has(attributes.ratingKey ?? null),
            )
            const pages: ParsedElement[] = []
            for (let start = 0; start < Math.max(1, inScope.length + size); start += size)
              pages.push(await read(proxy.url, clientToken, target, start, size))
            const shown = pages.flatMap(childElements)
            const isEmpty = childElements(whole).length === 0
            if (inScope.length > 0 || isEmpty) expect(shown, target).toEqual(inScope)
            else {
              expect(shown, target).toHaveLength(1)
              expect(childElements(whole)).toContainEqual(shown[0])
            }
            const total = inScope.length > 0 || isEmpty ? inScope.length : 1
            pages.forEach((page, index) => {
              expect(page.attributes).toMatchObject({
                totalSize: String(total),
                offset: String(index * size),
                size: String(childElements(page).length),
              })
              expect(withoutCounts(page)).toEqual(withoutCounts(whole))
            })
          }
          expect(scope.report().contradictions).toEqual([])
        },
      ),
      { numRuns: 120 },
    )
  })
})
