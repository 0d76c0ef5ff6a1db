import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kometaRenderer } from '../../src/cli/kometa-renderer.ts'
import type { SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import { type Case, findCorpus, readCases } from './corpus.ts'
import { checkCase } from './expectation.ts'
import { expectationsOf } from './expected.ts'
import { afterWarmUp, directUploads, type WarmWorld, warmUp } from './real-kometa.ts'
import { hasRecording, processesOf, readRecording, writeRecording } from './recording.ts'
import {
  type CasePlace,
  makeUserFolder,
  type PreviewedCase,
  previewCase,
  replayRenderer,
  startPlex,
} from './run-case.ts'
import { librariesOf, readWorld } from './world.ts'

const corpus = findCorpus()
const kometaHome = process.env.KOMETA_HOME
if (corpus === null) console.error('SKIPPED: the cases are not here; KOMETA_CASES names their folder')
else if (!kometaHome) console.error('The real Kometa is not here (KOMETA_HOME): its recorded runs are replayed')
const python = process.env.KOMETA_PYTHON ?? 'python3'

let scratch: string
let outside: OutsideWorld
let renderer: Renderer | undefined

describe.skipIf(corpus === null)('cases from public reports', () => {
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'cases-'))
    outside = await startOutsideWorld(join(scratch, 'outside'))
    if (kometaHome) renderer = await kometaRenderer({}, join(scratch, 'data'), process.env)
  })
  afterAll(async () => {
    await outside[Symbol.asyncDispose]()
    await rm(scratch, { recursive: true, force: true })
  })

  test.for(corpus === null ? [] : readCases(corpus).map((one) => [one.name, one] as const))(
    '%s',
    async ([name, one], { skip }) => {
      const wanted = expectationsOf(name)
      const place: CasePlace = { dir: join(scratch, name), python, outside: outside.env }
      const previewed = renderer ? await withKometa(one, renderer, place) : await replayed(one, place)
      if (process.env.SHOW === '1')
        console.log(`${name}: exit ${previewed.outcome.exitCode}\n${previewed.outcome.report}`)
      if (wanted.length === 0) skip('nobody says yet what is right for this case')
      for (const expectation of wanted) {
        checkCase(expectation, previewed.outcome)
        if (!renderer) continue
        if (expectation.withKometa) checkCase(expectation.withKometa, previewed.outcome)
        if (expectation.asDirect)
          expect(ofTargets(one, previewed.uploads), 'as the direct run').toEqual(ofTargets(one, previewed.direct ?? []))
      }
    },
  )
})

const ofTargets = ({ targets }: Case, uploads: readonly string[]): string[] =>
  uploads.filter((upload) => targets.some((key) => upload.startsWith(`${key} `))).sort()

type Finished = PreviewedCase & { direct?: string[] }

async function withKometa(one: Case, kometa: Renderer, place: CasePlace): Promise<Finished> {
  const warm = one.warmup ? await warmUp(one, kometa, { ...place, dir: join(place.dir, 'first') }) : null
  const libraries = warm?.libraries ?? (await coldLibraries(one))
  const previewed = await preview(one, libraries, kometa, place, warm)
  if (process.env.RECORD === '1') await record(one, previewed, kometa, warm)
  if (!expectationsOf(one.name).some(({ asDirect }) => asDirect)) return previewed
  const straight = { ...place, dir: join(place.dir, 'direct') }
  const root = await makeUserFolder(one, `http://127.0.0.1:${previewed.port}`, straight, warm?.files)
  const direct = await directUploads(one, { root, libraries, port: previewed.port }, kometa, straight)
  return { ...previewed, direct }
}

async function replayed(one: Case, place: CasePlace): Promise<Finished> {
  if (!hasRecording(one.name)) throw new Error(`${one.name} has no recorded run: RECORD=1 with KOMETA_HOME makes one`)
  const recording = readRecording(one.name)
  const kometa = await replayRenderer(one.name, recording, place.dir)
  const libraries = one.warmup ? await afterWarmUp(one, recording.warmup, python) : await coldLibraries(one)
  return preview(one, libraries, kometa, place, recording)
}

const coldLibraries = async ({ dir }: Case): Promise<SampleLibrary[]> =>
  librariesOf(await readWorld(python, [join(dir, 'world.py')]))

async function preview(
  one: Case,
  libraries: readonly SampleLibrary[],
  kometa: Renderer,
  place: CasePlace,
  first: Partial<Pick<WarmWorld, 'root' | 'files' | 'port'>> | null,
): Promise<Finished & { port: number }> {
  await using plex = await startPlex(libraries, first?.port)
  const root = first?.root ?? (await makeUserFolder(one, plex.url, place, first?.files))
  const previewed = await previewCase(one, plex, root, kometa, place)
  return { ...previewed, port: Number(new URL(plex.url).port) }
}

async function record(one: Case, { outcome, jobDir, root }: PreviewedCase, kometa: Renderer, warm: WarmWorld | null) {
  const { summary } = outcome
  const hide = (text: string) =>
    text
      .replaceAll(root, '/home/user/kometa')
      .replaceAll(kometa.dir ?? '\0', '/opt/kometa')
      .replaceAll(/\/[^\s'"]*\/workspaces\/[^/\s'"]+/g, '/home/user/workspace')
      .replaceAll(/\/[^\s'"]*\/lib\/python3[^/]*/g, '/usr/lib/python3')
      .replaceAll(scratch, '/tmp/scratch')
  const { version, commit } = kometa
  const processes = summary === null ? [] : await processesOf(jobDir, summary, hide)
  const { files = {}, warmup = [] } = warm ?? {}
  await writeRecording(one.name, { kometa: { version, commit }, files, warmup, processes })
}
