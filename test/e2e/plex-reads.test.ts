import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openRemembered } from '../../src/run/reuse/remembered.ts'
import { ownRequest } from '../support/watched-plex.ts'
import { canaries, type JobWorld, run, startJobWorld } from './job-world.ts'

interface Line {
  source: string
  verdict: string
  target: string
}

const ledger = (jobDir: string): Line[] =>
  readFileSync(join(jobDir, 'output/ledger.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

function countBy(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** For each target, the ledger has no more "forward" lines than Plex's own journal has requests. */
function assertNotOvercounted(world: JobWorld, lines: readonly Line[]): void {
  const arrived = countBy(world.plex.journal.map(({ target }) => target))
  const forwarded = lines.filter(({ source, verdict }) => source === 'proxy' && verdict === 'forward')
  for (const [target, count] of countBy(forwarded.map(({ target }) => target))) {
    expect(count, target).toBeLessThanOrEqual(arrived.get(target) ?? 0)
  }
}

test('the ledger says forward only for what reached Plex; what memory answers is an answer', async () => {
  await using world = await startJobWorld()
  await using remembered = await openRemembered(join(world.dir, 'remembered'), { lasting: true })
  const request = { specs: ['101', '102'], remembered }

  const first = await run(world, request)
  expect(first.summary.status).toBe('success')
  const lines = ledger(world.jobDir)
  assertNotOvercounted(world, lines)
  const reads = first.summary.plex_reads
  expect(reads?.forwarded).toBe(lines.filter(({ verdict }) => verdict === 'forward').length)
  expect(reads?.answered_from_memory).toBe(lines.filter(({ verdict }) => verdict === 'answer').length)
  expect(reads?.answered_from_memory).toBeGreaterThan(0)

  world.plex.clearJournal()
  const second = await run(world, { ...request, jobDir: join(world.dir, 'again') })
  expect(second.summary.status).toBe('success')
  assertNotOvercounted(world, ledger(join(world.dir, 'again')))
  expect(second.summary.plex_reads?.forwarded).toBeLessThan(reads?.forwarded ?? 0)
  world.assertUntouched()
})

/** Requests with python-plexapi's headers: Kometa's reads, and those of the self-check, which asks as Kometa would. */
const asKometa = ({ plex }: JobWorld): string[] =>
  plex.journal.flatMap(({ headerLines, target }) =>
    headerLines.some((line) => /^accept: \*\/\*$/i.test(line)) ? target : [],
  )

/**
 * Requests without the token: which server this is and, unless this was checked a moment ago, whether it demands a
 * token.
 */
const withoutToken = ({ plex }: JobWorld): string[] =>
  plex.journal.flatMap(({ headerLines, target }) =>
    headerLines.some((line) => /^x-plex-token:/i.test(line)) ? [] : target,
  )

test('after an edit Plex is asked for little, and never again for what stayed the same', async () => {
  const config = (more: string) => (url: string) =>
    `plex: {url: "${url}", token: ${canaries.plex}}\ntmdb: {apikey: x}\nlibraries:\n  Movies: {overlay_files: [{default: resolution}${more}]}\n`
  await using world = await startJobWorld({ config: config('') })
  await using remembered = await openRemembered(join(world.dir, 'remembered'), { lasting: true })
  const request = { specs: ['101', '102'], remembered }
  const shaOf = ({ summary }: Awaited<ReturnType<typeof run>>) => summary.targets.map(({ after }) => after?.sha256)

  const first = await run(world, request)
  expect(first.summary.status).toBe('success')
  expect(asKometa(world).length).toBeGreaterThan(25)
  expect(withoutToken(world)).toEqual(['/identity', '/library/sections'])

  writeFileSync(world.configPath, config(', {default: runtimes}')(world.plex.url))
  world.plex.clearJournal()
  const second = await run(world, request)
  expect(second.summary.status).toBe('success')
  const [scope] = second.summary.scope
  const asked = asKometa(world)
  expect(asked.length - (scope?.requests.self_check ?? 0), asked.join('\n')).toBeLessThanOrEqual(10)
  expect(shaOf(second)).not.toEqual(shaOf(first))
  expect(withoutToken(world)).toEqual(['/identity'])

  // The same bytes as from a preview that remembers nothing.
  const alone = await run(world, { specs: request.specs, jobDir: join(world.dir, 'alone') })
  expect(shaOf(alone)).toEqual(shaOf(second))

  world.plex.clearJournal()
  const fresh = await run(world, { ...request, fresh: true })
  expect(asKometa(world).length - (scope?.requests.self_check ?? 0)).toBeGreaterThan(20)
  expect(withoutToken(world)).toEqual(['/identity', '/library/sections'])
  expect(shaOf(fresh)).toEqual(shaOf(second))
  world.assertUntouched()
})

test('what has changed in Plex between two jobs is read again', async () => {
  await using world = await startJobWorld()
  await using remembered = await openRemembered(join(world.dir, 'remembered'), { lasting: true })
  const first = await run(world, { specs: ['101', '102'], remembered })
  world.plex.mayChange()
  await fetch(
    `${world.plex.url}/library/sections/1/all?type=1&id=101&title.value=Changed&X-Plex-Token=${canaries.plex}`,
    { method: 'PUT', headers: ownRequest },
  )
  world.plex.clearJournal()
  const second = await run(world, { specs: ['101', '102'], remembered })
  expect(second.summary.targets.map(({ title }) => title)).not.toEqual(first.summary.targets.map(({ title }) => title))
  const asked = asKometa(world)
  expect(asked).toContain('/library/metadata/101?skipRefresh=1')
  expect(asked.some((target) => target.startsWith('/library/sections/1/all?includeGuids=1&type=1'))).toBe(true)
  expect(asked).not.toContain('/library/metadata/102?skipRefresh=1')
})
