import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kometaRenderer } from '../../src/cli/kometa-renderer.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import { startSamplePlex, startUnwatchedPlex } from '../support/sample-plex.ts'
import { checkExpectation, compareUploads, listUploads } from './check.ts'
import { inputsHash, recordEvidence, type ScenarioEvidence } from './evidence.ts'
import { pictureFile } from './pictures.ts'
import { recordedScenarios, sampleClock, writeRecording } from './recording.ts'
import { type RunPlace, runDirect } from './run-direct.ts'
import { runPreview } from './run-preview.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { proveWarm } from './warm.ts'

const kometaHome = process.env.KOMETA_HOME
if (!kometaHome) {
  console.error('SKIPPED: the suite against the real Kometa needs KOMETA_HOME and KOMETA_PYTHON, see CONTRIBUTING.md')
}

let scratch: string
let outside: OutsideWorld | undefined
let renderer: Renderer | undefined
const proved = new Map<string, ScenarioEvidence | null>()
const seconds = new Map<string, string>()

describe.skipIf(!kometaHome)('the real Kometa, straight and as a preview', () => {
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'kometa-suite-'))
    const tmdb = { 'image.tmdb.org/t/p/original/poster.jpg': pictureFile('poster.jpg') }
    const files = Object.assign(tmdb, ...scenarios.map((scenario) => scenario.outside ?? {}))
    outside = await startOutsideWorld(join(scratch, 'outside'), { files })
    renderer = await kometaRenderer({}, join(scratch, 'data'), process.env)
  })
  afterAll(async () => {
    if (!renderer) return
    const known = scenarios.map(({ name }) => name)
    await recordEvidence(kometaOf(renderer), proved, known)
    for (const [name, times] of seconds) console.log(`${name.padEnd(24)} ${times}`)
    await outside?.[Symbol.asyncDispose]()
    await rm(scratch, { recursive: true, force: true })
  })

  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (name, scenario) => {
    proved.set(name, null)
    proved.set(name, await prove(scenario))
  })
})

const kometaOf = ({ version, commit }: Renderer) => ({ version: version ?? 'unknown', commit })

async function prove(scenario: Scenario): Promise<ScenarioEvidence> {
  const times: string[] = []
  const timed = async <T>(what: string, run: Promise<T>): Promise<T> => {
    const started = performance.now()
    const result = await run
    times.push(`${what} ${((performance.now() - started) / 1000).toFixed(1)} s`)
    return result
  }
  if (!renderer || !outside) throw new Error('the suite has not been set up')
  const shared = { renderer, outside: outside.env }
  const place = (side: string): RunPlace => ({ dir: join(scratch, `${scenario.name}-${side}`), ...shared })

  if (scenario.warm) {
    const where = { dir: join(scratch, scenario.name), certificates: join(scratch, 'outside'), renderer }
    const evidence = await timed('warm', proveWarm(scenario, scenario.warm, where))
    seconds.set(scenario.name, times.join(', '))
    return { inputs: await inputsHash(scenario), ...evidence }
  }
  await using straight = await startUnwatchedPlex({
    libraries: scenario.libraries,
    clock: sampleClock,
    ...scenario.plex,
  })
  const direct = await timed('direct', runDirect(scenario, straight, place('direct')))
  if (process.env.RECORD === '1' && recordedScenarios.some((name) => name === scenario.name)) {
    await writeRecording(scenario.name, kometaOf(renderer), straight)
  }

  const preview = async (side: 'scoped' | 'unscoped' | 'title' | 'filter') => {
    const strategy = side === 'title' || side === 'filter' ? side : null
    const honours = strategy === null ? {} : { scopeHonours: { id: false, title: strategy === 'title' } }
    await using plex = await startSamplePlex({
      ...{ libraries: scenario.libraries, clock: sampleClock, ...scenario.plex, ...honours },
    })
    const state = plex.stateHash()
    const scoped = side !== 'unscoped'
    const run = await timed(side, runPreview(scenario, plex, { ...place(side), scoped }))
    expect(plex.writes, 'writes that reached Plex').toEqual([])
    expect(plex.stateHash(), 'state of Plex').toBe(state)
    expect(run.folder.after, "the user's folder").toEqual(run.folder.before)
    compareUploads(scenario, direct, run, scoped)
    checkExpectation(scenario, run, { scoped, strategy })
    return listUploads(run.uploads, scenario.targets)
  }
  const evidence: ScenarioEvidence = {
    inputs: await inputsHash(scenario),
    direct: listUploads(direct.uploads, scenario.targets),
    scoped: await preview('scoped'),
    ...(scenario.unscoped ? { unscoped: await preview('unscoped') } : {}),
  }
  for (const strategy of scenario.strategies ?? []) {
    evidence.strategies = { ...evidence.strategies, [strategy]: await preview(strategy) }
  }
  seconds.set(scenario.name, times.join(', '))
  return evidence
}
