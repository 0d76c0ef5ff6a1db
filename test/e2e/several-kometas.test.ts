import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import { film } from '../support/sample-plex.ts'
import { canaries, run, startJobWorld } from './job-world.ts'

const overlays = '{overlay_files: [{default: resolution}]}'

test('two Kometas in parallel: phases never go back, items are counted together, each has its own logs', async () => {
  await using world = await startJobWorld({
    libraries: [
      { key: 1, title: 'Movies HD', type: 'movie', items: [film('101', 'Nosferatu'), film('102', 'The General')] },
      { key: 2, title: 'Movies | HD', type: 'movie', items: [film('201', 'Metropolis')] },
      { key: 3, title: 'Rest', type: 'movie', items: [film('301', 'M')] },
    ],
    config: (url) =>
      `plex: {url: "${url}", token: ${canaries.plex}}\ntmdb: {apikey: x}\nlibraries:\n  Movies HD: ${overlays}\n  "Movies | HD": ${overlays}\n  Rest: ${overlays}\n`,
  })
  const { summary, events, lines } = await run(world, { specs: ['101', '102', '201'], jobs: 1 })
  expect(summary.status).toBe('success')

  expect(events.flatMap((event) => (event.type === 'phase' ? event.phase : []))).toEqual([
    'check',
    'before',
    'workspace',
    'kometa',
    'compile',
    'apply',
    'results',
  ])
  const counts = events.flatMap((event) =>
    event.type === 'progress' && event.phase === 'apply' ? [[event.done, event.total]] : [],
  )
  // Both the uploads and the log report an item: neither number ever goes down.
  expect(counts.map(([done]) => done)).toEqual(counts.map(([done]) => done).sort())
  expect(new Set(counts.map(([done]) => done))).toEqual(new Set([1, 2, 3]))
  expect(new Set(counts.map(([, total]) => total))).toEqual(new Set([3]))

  // The two names have the same slug.
  expect(existsSync(join(world.jobDir, 'logs/movies-hd/meta.log'))).toBe(true)
  expect(existsSync(join(world.jobDir, 'logs/movies-hd-2/meta.log'))).toBe(true)

  expect(summary.kometa_runs).toMatchObject([
    { libraries: ['Movies HD'], exit_code: 0, finished: true, items_drawn: 2, logs: 'logs/movies-hd', problems: [] },
    { libraries: ['Movies | HD'], exit_code: 0, items_drawn: 1, logs: 'logs/movies-hd-2' },
  ])

  expect(summary.config_changes).toContain('libraries: left out, no target in them: Rest')
  const said = lines.filter((line) => line.includes('run config: '))
  expect(said.filter((line) => line.includes('left out, no target'))).toHaveLength(1)
  expect(new Set(said).size).toBe(said.length)
  world.assertUntouched()
})

test('one Kometa that fails does not hide what the others drew', async () => {
  await using world = await startJobWorld({
    libraries: [
      { key: 1, title: 'Broken', type: 'movie', items: [film('101', 'Nosferatu')] },
      { key: 2, title: 'Whole', type: 'movie', items: [film('201', 'Metropolis')] },
    ],
    config: (url) =>
      `plex: {url: "${url}", token: ${canaries.plex}}\ntmdb: {apikey: x}\nlibraries:\n  Broken: ${overlays}\n  Whole: ${overlays}\n`,
  })
  const sample = sampleRenderer()
  const renderer = {
    ...sample,
    args: (config: string, dir: string | null) =>
      readFileSync(config, 'utf8').includes('Broken:') ? ['-e', 'process.exit(3)'] : sample.args(config, dir),
  }
  const { summary } = await run(world, { specs: ['101', '201'], renderer })
  expect(summary).toMatchObject({
    status: 'failed',
    kometa_exit_code: 3,
    missing_targets: [expect.stringContaining('nosferatu')],
    kometa_runs: [
      { libraries: ['Broken'], exit_code: 3, finished: false, items_drawn: 0 },
      { libraries: ['Whole'], exit_code: 0, finished: true, items_drawn: 1, problems: [] },
    ],
  })
  expect(Object.keys(summary.exported_files)).toHaveLength(1)
  world.assertUntouched()
})
