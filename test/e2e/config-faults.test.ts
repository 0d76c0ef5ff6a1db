import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exitCodeOf, reportSummary } from '../../src/cli/screen/report.ts'
import { plainText } from '../../src/cli/screen/screen.ts'
import { faultWords } from '../../src/contract/faults.ts'
import { type Summary, statusWords, summarySchema } from '../../src/contract/summary.ts'
import { type JobWorld, run, startJobWorld } from './job-world.ts'

let world: JobWorld
beforeEach(async () => {
  world = await startJobWorld({
    config: (url) => `plex: {url: "${url}", token: kCANARYplexToken0001}
tmdb: {apikey: canary0tmdb0apikey0123456789abcdef}
libraries:
  Movies:
    overlay_files:
      - default: resolution
      - file: nothing.yml
`,
  })
})
afterEach(async () => {
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

const report = (summary: Summary) => plainText(reportSummary(summary, world.jobDir))

test('a file that did not load is reported although each target has its picture', async () => {
  const { summary, lines } = await run(world, { specs: ['Nosferatu'] })
  expect(summary.targets.map(({ status }) => status)).toEqual(['exported'])
  const [fault, ...others] = summary.config_faults
  expect(others).toEqual([])
  expect(fault).toMatchObject({ library: 'Movies', kind: 'file', file: 'config.yml', line: 7 })
  expect([summary.status, summary.success, statusWords(summary)]).toEqual(['success', true, 'success with faults'])
  const words = faultWords(fault ?? raise())
  expect(report(summary)).toContain(`Kometa left out ${words}\n`)
  expect(report(summary)).toContain('success with faults: ')
  // Our own warning before the run would say the same.
  expect(summary.warnings.join('\n')).not.toContain('nothing.yml')
  expect(lines).toContain(`warning ${words}`)
  expect([exitCodeOf(summary), exitCodeOf(summary, { strict: true })]).toEqual([0, 1])
})

test('without a fault the job simply succeeds, and --strict changes nothing', async () => {
  writeFileSync(world.configPath, readFileSync(world.configPath, 'utf8').replace(/ +- file: nothing\.yml\n/, ''))
  const { summary } = await run(world, { specs: ['Nosferatu'] })
  expect(summary.config_faults).toEqual([])
  expect(report(summary)).toContain('\nsuccess: ')
  expect(exitCodeOf(summary, { strict: true })).toBe(0)
})

test('a long list of faults is cut, with a count; a summary from an earlier version has none', async () => {
  const { summary } = await run(world, { specs: ['Nosferatu'] })
  const [fault = raise()] = summary.config_faults
  const many = Array.from({ length: 50 }, (_, at) => ({ ...fault, words: `number ${at}` }))
  expect(report({ ...summary, config_faults: many })).toContain('and 30 more, listed in output/summary.json')
  const old = JSON.parse(readFileSync(join(world.jobDir, 'output', 'summary.json'), 'utf8'))
  delete old.config_faults
  delete old.empty_searches
  expect(summarySchema.parse(old)).toMatchObject({ config_faults: [], empty_searches: [] })
})

function raise(): never {
  throw new Error('there is no fault')
}
