import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultConfig, run, startJobWorld } from '../e2e/job-world.ts'
import { type Failure, failures, startFailingFront } from './failing-front.ts'
import { recordFigure } from './figures.ts'

/** A job must not wait for a Plex that is gone, so no read is retried for minutes. */
const soonMs = 30_000

/** Each failure, and what the summary says about it. */
const said: Record<Failure, RegExp> = {
  gone: /closed the connection/,
  reset: /closed the connection/,
  restarting: /Plex answered 503/,
  failing: /Plex answered 500/,
  'a web page': /a web page|a document type, which Plex never sends/,
  'lying about gzip': /gzip/,
  'broken off in the middle': /closed the connection|failed to answer/,
}

test.each(Object.keys(failures) as Failure[])(
  'Plex is %s while Kometa works: the job ends, and says why',
  async (failure) => {
    await using world = await startJobWorld()
    await using front = await startFailingFront(Number(new URL(world.plex.url).port))
    writeFileSync(world.configPath, defaultConfig(front.url))
    const started = performance.now()
    const { summary } = await run(world, {
      specs: ['Nosferatu', 'The General', 'M'],
      // For `gone` the failure starts immediately, for the others after Kometa has connected.
      onEvent: (event) =>
        event.type === 'phase' && event.phase === 'kometa' && front.fail(failure, failure === 'gone' ? 0 : 6),
    })
    expect(performance.now() - started).toBeLessThan(soonMs)
    expect(front.failed()).toBeGreaterThan(0)
    expect(['failed', 'partial']).toContain(summary.status)
    expect(summary.problems.join('\n')).toMatch(/Plex did not answer Kometa as it should: /)
    expect(summary.problems.join('\n')).toMatch(said[failure])
    // Each target says why it has no picture, and what could not be read again is not called unchanged.
    expect(summary.targets.filter(({ status, reason }) => status !== 'exported' && (reason ?? '') === '')).toEqual([])
    expect(summary.verification).toMatchObject({ writes_forwarded: 0, unchanged: 'unknown' })
    expect(JSON.parse(readFileSync(join(world.jobDir, 'output/summary.json'), 'utf8'))).toEqual(summary)
    world.assertUntouched()
  },
)

test('the figure', () => {
  recordFigure({
    name: 'Plex that fails while Kometa works, as the job tells it',
    value: `${Object.keys(failures).length} jobs: each ends within ${soonMs / 1_000} s, is not called a success, and says why in words`,
    goal: 'in words; no retrying for minutes',
  })
})
