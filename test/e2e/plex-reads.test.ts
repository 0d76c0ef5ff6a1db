import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRemembered } from '../../src/run/remembered.ts'
import { type JobWorld, run, startJobWorld } from './job-world.ts'

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

/** Of each target no more lines say "forward" than Plex's own journal holds requests. */
function assertNotOvercounted(world: JobWorld, lines: readonly Line[]): void {
  const arrived = countBy(world.plex.journal.map(({ target }) => target))
  const forwarded = lines.filter(({ source, verdict }) => source === 'proxy' && verdict === 'forward')
  for (const [target, count] of countBy(forwarded.map(({ target }) => target))) {
    expect(count, target).toBeLessThanOrEqual(arrived.get(target) ?? 0)
  }
}

test('the ledger says forward of what reached Plex alone; what memory answers is an answer', async () => {
  await using world = await startJobWorld()
  await using remembered = createRemembered(join(world.dir, 'remembered'))
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
