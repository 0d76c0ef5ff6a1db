import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitCodeOf, reportSummary } from '../../src/cli/screen/report.ts'
import { plainText } from '../../src/cli/screen/screen.ts'
import { errorLines } from '../../src/cli/screen/terminal.ts'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { AppError } from '../../src/contract/errors.ts'
import type { Summary } from '../../src/contract/summary.ts'
import type { SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import { runDoctor } from '../../src/run/doctor/doctor.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { runJob } from '../../src/run/run.ts'
import { pictureFile } from '../kometa/pictures.ts'
import { sampleClock } from '../kometa/recording.ts'
import { type SamplePlex, startUnwatchedPlex } from '../support/sample-plex.ts'
import { withPlaces, writeCaseFolder } from './case-folder.ts'
import type { Case } from './corpus.ts'
import type { CaseOutcome } from './expectation.ts'
import { type Recording, recordingPath, writeFolderBytes } from './recording.ts'

export const plexToken = 'lab-token-0123456789'

export interface CasePlace {
  /** A new folder. */
  dir: string
  python: string
  /** How Kometa reaches the stand-ins of TMDb and GitHub. */
  outside: Readonly<Record<string, string>>
}

export const startPlex = (libraries: readonly SampleLibrary[], port = 0): Promise<SamplePlex> =>
  startUnwatchedPlex({ libraries, token: plexToken, clock: sampleClock, port })

export function environmentOf(one: Case, plexUrl: string, place: CasePlace): NodeJS.ProcessEnv {
  const own = Object.entries(one.env).map(([name, value]) => [name, withPlaces(value, { plexUrl, root: place.dir })])
  return { PATH: process.env.PATH, HOME: process.env.HOME, ...place.outside, ...Object.fromEntries(own) }
}

/** A Kometa that repeats what is on record. */
export async function replayRenderer(name: string, recording: Recording, placeDir: string): Promise<Renderer> {
  const dir = join(placeDir, 'replay')
  await mkdir(dir, { recursive: true })
  const marked = join(dir, 'marked.webp')
  const plain = join(dir, 'plain.jpg')
  await writeFile(marked, pictureFile('worn.webp'))
  await writeFile(plain, pictureFile('poster.jpg'))
  const program = fileURLToPath(new URL('replay-kometa.mjs', import.meta.url))
  return {
    kind: 'kometa',
    version: recording.kometa.version,
    commit: recording.kometa.commit,
    supported: true,
    warnings: [],
    dir: null,
    command: process.execPath,
    args: (configPath) => [program, recordingPath(name), marked, plain, join(placeDir, 'user'), '--config', configPath],
  }
}

/** The user's folder of a case at `<dir>/user`; after a first run, as that run left it. */
export async function makeUserFolder(
  one: Case,
  plexUrl: string,
  { dir, python }: CasePlace,
  files?: Recording['files'],
): Promise<string> {
  const root = join(dir, 'user')
  await writeCaseFolder(one, { plexUrl, root }, python)
  if (files) await writeFolderBytes(root, files, plexUrl)
  return root
}

export interface PreviewedCase {
  outcome: CaseOutcome
  jobDir: string
  root: string
  /** `<ratingKey> <kind> <sha256>` of each kept picture, in order. */
  uploads: string[]
}

/** The results of `doctor` and `run`, without starting their processes. Plex must be unchanged afterwards. */
export async function previewCase(
  one: Case,
  plex: SamplePlex,
  root: string,
  renderer: Renderer,
  place: CasePlace,
): Promise<PreviewedCase> {
  const configPath = join(root, one.config)
  const env = environmentOf(one, plex.url, place)
  const load = (kometa: Renderer | null) =>
    loadJobConfig(
      { kind: 'config', configPath },
      { env, readYaml: kometa?.readYaml, ...(kometa?.dir ? { kometaDir: kometa.dir } : {}) },
    )
  const dataDir = join(place.dir, 'data')
  const before = plex.stateHash()
  plex.clearJournal()
  const signal = new AbortController().signal
  const doctor = await runDoctor(
    {
      env,
      dataDir,
      nodeVersion: process.versions.node,
      studioPort: null,
      kometa: async () => renderer,
      config: load,
      signal,
    },
    () => undefined,
  )
  const jobDir = join(place.dir, 'job')
  const ended = await runCase()
  if (plex.writes.length > 0 || plex.stateHash() !== before) throw new Error('Plex was changed')
  return { outcome: { ...ended, doctor }, jobDir, root, uploads: uploadsOf(ended.summary) }

  async function runCase(): Promise<Omit<CaseOutcome, 'doctor'>> {
    try {
      const summary = await runJob({
        config: await load(renderer),
        ...{ jobDir, specs: one.targets, renderer, dataDir, env, signal, jobs: 1 },
        ...{ keepWorkspace: false, proxyPort: 0, scoped: true, writeJobFile: true },
        onEvent: () => undefined,
        onLine: () => undefined,
      })
      return { summary, exitCode: exitCodeOf(summary), report: plainText(reportSummary(summary, jobDir, dataDir)) }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { summary: null, exitCode: error.exitCode, report: plainText(errorLines(error)) }
    }
  }
}

const uploadsOf = (summary: Summary | null): string[] =>
  (summary?.captured_uploads ?? []).map(({ rating_key, kind, sha256 }) => `${rating_key} ${kind} ${sha256}`)

/** The same for what Plex got. */
export const uploadsAt = (plex: SamplePlex): string[] =>
  plex
    .uploadedKeys()
    .flatMap((key) => plex.uploads(key).map(({ kind, sha256 }) => `${key} ${kind} ${sha256}`))
    .sort()
