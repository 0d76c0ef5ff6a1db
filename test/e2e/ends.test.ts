import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { canaries, type JobWorld, run, startJobWorld } from './job-world.ts'

let world: JobWorld
beforeEach(async () => {
  world = await startJobWorld()
})
afterEach(async () => {
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

const onDisk = (): unknown => JSON.parse(readFileSync(join(world.jobDir, 'output/summary.json'), 'utf8'))

test('Plex goes away while Kometa draws: the summary contains what was kept', async () => {
  let gone: PromiseLike<void> | undefined
  const { summary } = await run(world, {
    specs: ['Nosferatu', 'The General', 'M'],
    onEvent: (event) => {
      if (event.type === 'capture') gone ??= world.plex[Symbol.asyncDispose]()
    },
  })
  await gone
  // Whether everything was read by then depends on timing; the check after the run cannot have succeeded.
  expect(summary.scope.map(({ recheck }) => recheck?.agrees)).toEqual([null])
  expect(summary.captured_uploads_count).toBeGreaterThan(0)
  expect(onDisk()).toEqual(summary)
})

test('cancelled after a picture: the summary says what Kometa did, and not that it never started', async () => {
  const controller = new AbortController()
  const { summary } = await run(world, {
    specs: ['Nosferatu', 'The General', 'M'],
    signal: controller.signal,
    onEvent: (event) => event.type === 'capture' && controller.abort(),
  })
  expect(summary.status).toBe('cancelled')
  expect(summary.captured_uploads_count).toBeGreaterThan(0)
  expect(summary.config_changes).not.toEqual([])
  expect(summary.targets.map(({ reason }) => reason)).not.toContain('Kometa was not started.')
})

test('one Kometa cannot get its workspace: the results of the other one are kept', async () => {
  // A file is in the place of the folder of backups.
  mkdirSync(join(world.dir, 'overlays'))
  writeFileSync(join(world.dir, 'overlays/Shows Original Posters'), '')
  const file = '{overlay_files: [{default: resolution}]}'
  writeFileSync(
    world.configPath,
    `plex: {url: "${world.plex.url}", token: ${canaries.plex}}\ntmdb: {apikey: x}\nlibraries: {Movies: ${file}, Shows: ${file}}\n`,
  )
  const { summary } = await run(world, { specs: ['Nosferatu', 'Dragnet'] })
  expect(summary.status).toBe('failed')
  expect(summary.targets).toMatchObject([
    { id: 'nosferatu-1922', status: 'exported' },
    { id: 'dragnet-1955', status: 'missing', reason: 'Kometa was not started.' },
  ])
  expect(summary.problems.join('\n')).toMatch(/ENOTDIR|Original Posters/)
  expect(existsSync(join(world.jobDir, 'output/nosferatu-1922_after.webp'))).toBe(true)
})
