import { join } from 'node:path'
import { expect } from 'vitest'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import { type SamplePlex, startUnwatchedPlex } from '../support/sample-plex.ts'
import { checkExpectation, listUploads } from './check.ts'
import type { ScenarioEvidence } from './evidence.ts'
import { pictureFile } from './pictures.ts'
import { sampleClock } from './recording.ts'
import { type DirectRun, type RunPlace, runDirect, runIn } from './run-direct.ts'
import { type PreviewRun, previewIn } from './run-preview.ts'
import type { Scenario, Upload, Warm } from './scenario.ts'
import { writeUserFolder } from './user-folder.ts'

/**
 * Kometa runs once and the world changes. Then a preview and Kometa's own next run start from the same state. The
 * preview must have kept what that run uploads. What that run skips, the preview must have drawn as Kometa did before,
 * and must say so.
 */
export async function proveWarm(
  scenario: Scenario,
  warm: Warm,
  { dir, certificates, renderer }: { dir: string; certificates: string; renderer: RunPlace['renderer'] },
): Promise<Omit<ScenarioEvidence, 'inputs'>> {
  const tmdb = { 'image.tmdb.org/t/p/original/poster.jpg': pictureFile('poster.jpg') }
  const files: Record<string, string | Uint8Array> = { ...tmdb, ...scenario.outside }
  await using outside = await startOutsideWorld(certificates, { files })
  const place = (side: string): RunPlace => ({ dir: join(dir, side), renderer, outside: outside.env })
  await using plex = await startUnwatchedPlex({ libraries: scenario.libraries, clock: sampleClock, ...scenario.plex })

  const first = await runDirect(scenario, plex, place('first'))
  const user = join(dir, 'first', 'user')
  Object.assign(files, warm.outside)
  await writeUserFolder(user, warm.folder ?? {}, plex, renderer.dir ?? '')
  for (const change of warm.inPlex ?? []) await act(plex, change)

  plex.clearJournal()
  const state = plex.stateHash()
  const asked = requestsOf(outside)
  const preview = await previewIn(user, scenario, plex, { ...place('preview'), scoped: true })
  expect(plex.writes, 'writes that reached Plex').toEqual([])
  expect(plex.stateHash(), 'state of Plex').toBe(state)
  expect(preview.folder.after, "the user's folder").toEqual(preview.folder.before)
  const byPreview = asked()
  const direct = await runIn(user, scenario, plex, place('direct'))
  expect(byPreview, 'what other hosts are asked for').toEqual(asked())
  const put = compare(scenario, { first, direct, preview })
  checkExpectation(scenario, preview, { scoped: true, strategy: null })
  return {
    direct: listUploads(put, scenario.targets),
    scoped: listUploads(preview.uploads, scenario.targets),
  }
}

/** Returns what Kometa put into Plex, in this run or in its first one. */
function compare(
  { targets }: Scenario,
  { first, direct, preview }: { first: DirectRun; direct: DirectRun; preview: PreviewRun },
): Map<string, Upload[]> {
  const put = new Map<string, Upload[]>()
  for (const key of targets) {
    const drawn = direct.uploads.get(key)
    const result = preview.summary.targets.find((target) => target.rating_key === key)
    const would = drawn === undefined ? 'skip' : 'draw'
    // `unknown` claims nothing; a scenario that expects it says so.
    if (result?.real_run?.would !== 'unknown') expect(result?.real_run, `a real run of ${key}`).toMatchObject({ would })
    const wanted = drawn ?? first.uploads.get(key)?.slice(-1)
    expect(preview.uploads.get(key), `${key}: what the preview kept`).toEqual(wanted)
    put.set(key, wanted ?? [])
  }
  return put
}

async function act(plex: SamplePlex, { method, path, body }: NonNullable<Warm['inPlex']>[number]): Promise<void> {
  const answer = await fetch(`${plex.url}${path}`, {
    method,
    headers: { 'X-Plex-Token': plex.token },
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  })
  expect(answer.status, path).toBe(200)
}

/** What services with a quota were asked since the last call. */
function requestsOf(outside: OutsideWorld): () => string[] {
  let from = outside.requests.length
  return () => {
    const since = outside.requests.slice(from)
    from = outside.requests.length
    return since.filter(({ host }) => host === 'api.mdblist.com').map(({ host, path }) => `${host}${path}`)
  }
}
