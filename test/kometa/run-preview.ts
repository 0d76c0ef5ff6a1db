import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import type { Summary } from '../../src/contract/summary.ts'
import { runJob } from '../../src/run/run.ts'
import type { SamplePlex } from '../support/sample-plex.ts'
import type { RunPlace } from './run-direct.ts'
import { defaultConfig, type Scenario, type Upload } from './scenario.ts'
import { folderState, scenarioEnvironment, writeUserFolder } from './user-folder.ts'

export interface PreviewRun {
  /** By ratingKey, in order. The hashes come from the kept files, not from the summary. */
  uploads: ReadonlyMap<string, Upload[]>
  summary: Summary
  /** Kometa's log. */
  log: string
  /** The user's folder before and after. */
  folder: { before: Record<string, string>; after: Record<string, string> }
}

/** Runs the preview as the command does, without its output. */
export async function runPreview(
  scenario: Scenario,
  plex: SamplePlex,
  place: RunPlace & { scoped: boolean },
): Promise<PreviewRun> {
  const user = join(place.dir, 'user')
  await writeUserFolder(user, scenario.folder, plex, place.renderer.dir ?? '')
  return previewIn(user, scenario, plex, place)
}

/** Does the same in an existing folder. */
export async function previewIn(
  user: string,
  scenario: Scenario,
  plex: SamplePlex,
  place: RunPlace & { scoped: boolean },
): Promise<PreviewRun> {
  const { renderer, dir } = place
  const before = await folderState(user)
  const own = scenarioEnvironment(scenario, plex)
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...place.outside, ...own }
  const config = await loadJobConfig(
    { kind: 'config', configPath: join(user, scenario.config ?? defaultConfig) },
    {
      env,
      readYaml: renderer.readYaml,
      ...(renderer.dir === null ? {} : { kometaDir: renderer.dir }),
      ...(scenario.cwd === undefined ? {} : { kometaCwd: join(user, scenario.cwd) }),
    },
  )
  const jobDir = join(dir, 'job')
  const summary = await runJob({
    config,
    jobDir,
    specs: scenario.targets,
    renderer,
    dataDir: join(dir, 'data'),
    keepWorkspace: false,
    proxyPort: 0,
    scoped: place.scoped,
    writeJobFile: true,
    env,
    signal: new AbortController().signal,
    onEvent: () => undefined,
    onLine: () => undefined,
  })
  const uploads = new Map<string, Upload[]>()
  for (const capture of [...summary.captured_uploads].sort((one, other) => one.seq - other.seq)) {
    const { rating_key: key, kind, saved_path: path } = capture
    if (key === null || kind === null || path === null) throw new Error(`a capture of nothing: ${capture.path}`)
    const sha256 = createHash('sha256')
      .update(await readFile(join(jobDir, path)))
      .digest('hex')
    uploads.set(key, [...(uploads.get(key) ?? []), { kind, sha256 }])
  }
  return {
    uploads,
    summary,
    log: await readLogs(join(jobDir, 'logs')),
    folder: { before, after: await folderState(user) },
  }
}

async function readLogs(folder: string): Promise<string> {
  let text = ''
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if ((await stat(path)).isDirectory()) text += await readLogs(path)
    else text += await readFile(path, 'utf8')
  }
  return text
}
