import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kometaRenderer } from '../../src/cli/kometa-renderer.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import { startSamplePlex, startUnwatchedPlex } from '../support/sample-plex.ts'
import { checkExpectation, compareUploads } from './check.ts'
import { copyKometa, laterChanges } from './later-versions.ts'
import { at, config, film, movies, overlays, text } from './make.ts'
import { sampleClock } from './recording.ts'
import { type DirectRun, runDirect } from './run-direct.ts'
import { runPreview } from './run-preview.ts'
import type { Scenario } from './scenario.ts'

const kometaHome = process.env.KOMETA_HOME
const keys = Array.from({ length: 12 }, (_, at) => String(101 + at))
const scenario: Scenario = {
  name: 'later-versions',
  about: 'Films with overlays of several kinds, drawn by a Kometa that does one thing as a later one does',
  libraries: [movies(keys.map((key) => film(key, `Film ${key}`, { year: 1900 + Number(key) })))],
  folder: {
    'config/config.yml': config({
      Movies: { overlay_files: [{ default: 'resolution' }, { file: 'config/mine.yml' }] },
    }),
    'config/mine.yml': overlays({
      Title: { plex_all: true, overlay: text('<<title>>') },
      Late: { plex_search: { all: { 'year.gte': 2006 } }, overlay: text('late', at(40, 300)) },
    }),
  },
  targets: keys,
}

describe.skipIf(!kometaHome)('a Kometa that does as later ones do', () => {
  let scratch: string
  let outside: OutsideWorld
  let direct: DirectRun
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'kometa-later-'))
    outside = await startOutsideWorld(join(scratch, 'outside'), { files: {} })
    const renderer = await kometaRenderer({}, join(scratch, 'data'), process.env)
    await using plex = await startUnwatchedPlex({ libraries: scenario.libraries, clock: sampleClock })
    direct = await runDirect(scenario, plex, { dir: join(scratch, 'direct'), renderer, outside: outside.env })
  })
  afterAll(async () => {
    await outside?.[Symbol.asyncDispose]()
    await rm(scratch, { recursive: true, force: true })
  })

  test.each(laterChanges.map((later) => [later.name, later] as const))('%s', async (name, later) => {
    const dir = join(scratch, name.replaceAll(/\W+/g, '-'))
    await copyKometa(kometaHome ?? '', join(dir, 'kometa'))
    await later.change(join(dir, 'kometa'))
    const renderer = await kometaRenderer({ kometa: join(dir, 'kometa') }, join(dir, 'data'), process.env)
    await using plex = await startSamplePlex({ libraries: scenario.libraries, clock: sampleClock })
    const run = await runPreview(scenario, plex, { dir, renderer, outside: outside.env, scoped: true })
    expect(plex.writes, 'writes that reached Plex').toEqual([])
    compareUploads(scenario, direct, run, true)
    checkExpectation({ ...scenario, expect: { warnings: later.warnings ?? [] } }, run, { scoped: true, strategy: null })
    for (const { rating_key: key, overlays_applied: names } of run.summary.targets) {
      const late = Number(key) >= 106 ? ['Late'] : []
      expect(names, `overlays of ${key}`).toEqual(later.applied ?? ['1080P', 'Title', ...late])
    }
  })
})
