import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendBatch } from '../support/batch-client.ts'
import { changingGets, changingMetadataFlags, sqlParameters } from '../support/promiscuous/promiscuous-gets.ts'
import { describedWrites } from '../support/promiscuous/promiscuous-writes.ts'
import { clientToken } from '../support/proxy-world.ts'
import { grouped, recordFigure } from './figures.ts'
import { disguises, spellings, verbs } from './spellings.ts'
import { startTrustWorld, type TrustWorld } from './world.ts'

let world: TrustWorld
beforeAll(async () => {
  world = await startTrustWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const head = (verb: string, target: string, headers = '') =>
  `${verb} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Plex-Token: ${clientToken}\r\nAccept: */*\r\n${headers}\r\n`

const filled = (template: string) => template.replace('{transcodeType}', 'video').replace(/\{[^}]*\}/g, '1')

/**
 * Sends all requests, and returns how many were let through; each of these must be a canonical read that left Plex
 * unchanged.
 */
async function send(requests: readonly string[]): Promise<{ sent: number; arrived: number }> {
  const before = world.plex.requests
  const sent = await sendBatch(world.proxy.port, requests)
  world.assertUntouched()
  return { sent, arrived: world.plex.requests - before }
}

test('every write path of Plex, in every spelling, with every verb', async () => {
  const requests = describedWrites.flatMap(({ template }) =>
    spellings.flatMap(([, spell]) => verbs.map((verb) => head(verb, spell(filled(template))))),
  )
  expect(describedWrites).toHaveLength(106)
  expect(spellings.length).toBeGreaterThanOrEqual(24)
  const { sent, arrived } = await send(requests)
  expect(sent).toBe(requests.length)
  // The plain spelling of the dual-use paths is a read, and the witness has seen these reads, so it is not blind.
  expect(arrived).toBeGreaterThan(20)
  expect(arrived).toBeLessThan(80)
  recordFigure({
    name: 'the write matrix: 106 paths x spellings x verbs',
    value: `${grouped(sent)} cases (${spellings.length} spellings, ${verbs.length} verbs): ${grouped(arrived)} arrived, all canonical reads; state changes: ${world.plex.effects.length}`,
    goal: '>= 7,632 cases, state never changes, only canonical reads arrive',
  })
})

test('every write path in disguise: as a read with an override, a cookie, a foreign parameter', async () => {
  const requests = describedWrites.flatMap(({ template, verbs: own }) =>
    disguises.flatMap(([, query, headers]) =>
      ['GET', 'HEAD'].flatMap((verb) =>
        own.map((write) => {
          const pairs = query(write)
          return head(verb, `${filled(template)}${pairs === '' ? '' : `?${pairs}`}`, headers(write))
        }),
      ),
    ),
  )
  const { sent, arrived } = await send(requests)
  recordFigure({
    name: 'the same paths disguised as reads (override headers, cookies, parameters)',
    value: `${grouped(sent)} cases: ${grouped(arrived)} arrived, without the disguise`,
    goal: '0 through',
  })
})

test('every known state-changing GET, in every spelling, with every verb', async () => {
  const plain = changingGets.flatMap(({ path, queries = [''] }) =>
    queries.map((query) => ({ path: path.replaceAll('{}', '1').replace(/\/?\*$/, '/1'), query })),
  )
  const queries = [
    ...changingMetadataFlags.map((flag) => ({ path: '/library/metadata/1', query: `${flag}=1` })),
    ...changingMetadataFlags.map((flag) => ({ path: '/library/metadata/1', query: `skipRefresh=1&${flag}=1` })),
    { path: '/library/metadata/1', query: 'skipRefresh=0' },
    { path: '/library/metadata/1', query: 'skiprefresh=1' },
    { path: '/library/metadata/1', query: 'skipRefresh=1&skipRefresh=0' },
    ...sqlParameters.map((name) => ({ path: '/library/sections/1/all', query: `type=1&${name}=1` })),
    ...sqlParameters.map((name) => ({ path: '/library/sections/1/all', query: `type=1&movie.${name}%3E%3E=1` })),
  ]
  const requests = [...plain, ...queries].flatMap(({ path, query }) =>
    spellings.flatMap(([, spell]) =>
      verbs.map((verb) => head(verb, `${spell(path)}${query === '' ? '' : `?${query}`}`)),
    ),
  )
  const { sent, arrived } = await send(requests)
  // None of these is a GET or HEAD of /library/metadata/1 with only skipRefresh, so nothing may arrive.
  expect(arrived).toBe(0)
  recordFigure({
    name: 'state-changing GETs (facts 1.1.a) x spellings x verbs',
    value: `${grouped(sent)} cases from ${plain.length + queries.length} requests: ${arrived} arrived`,
    goal: '0 through',
  })
})

test('a plain metadata read arrives with skipRefresh, however it is requested', async () => {
  const { arrived } = await send([
    head('GET', '/library/metadata/1'),
    head('HEAD', '/library/metadata/1'),
    head('GET', '/library/metadata/1,2,3'),
    head('GET', '/library/metadata/1?includeGuids=1'),
    head('GET', '/library/metadata/1?skipRefresh=1'),
  ])
  expect(arrived).toBe(5)
})
