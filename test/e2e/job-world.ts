import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JobConfig, loadJobConfig } from '../../src/config/read/user-config.ts'
import type { JobEvent } from '../../src/contract/events.ts'
import type { PreviewTarget } from '../../src/contract/preview.ts'
import type { Summary } from '../../src/contract/summary.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import type { SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import type { JobRequest } from '../../src/run/inputs/request.ts'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import { runJob } from '../../src/run/run.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { startSamplePlex, type WatchedOptions } from '../support/watched-plex.ts'

/** Secrets that a search can find. */
export const canaries = {
  plex: 'kCANARYplexToken0001',
  tmdb: 'canary0tmdb0apikey0123456789abcdef',
  omdb: 'canaryomdb',
}

/** The token that a test of a refused token sends. */
export const wrongToken = 'wrongTokenWrongToken'

export const defaultConfig = (url: string) => `plex:
  url: ${url}
  token: ${canaries.plex}
tmdb: {apikey: ${canaries.tmdb}}
omdb: {apikey: ${canaries.omdb}}
libraries:
  Movies: {overlay_files: [{default: resolution}]}
  Shows: {overlay_files: [{default: resolution}, {default: resolution, template_variables: {builder_level: episode}}]}
`

/** A renderer made of a few lines of script, to play a Kometa that fails. */
export function scriptRenderer(script: string): Renderer {
  return { ...sampleRenderer(), command: process.execPath, args: () => ['-e', script] }
}

export interface JobWorldOptions {
  libraries?: SampleLibrary[]
  plex?: Partial<WatchedOptions>
  config?: (url: string) => string
}

/** A sample Plex, a config for it and a folder for jobs. */
export async function startJobWorld(options: JobWorldOptions = {}) {
  const { plex: token, ...keys } = canaries
  const plex = await startSamplePlex({
    libraries: options.libraries ?? smallLibraries(),
    token,
    witness: { token: [token, wrongToken], never: Object.values(keys) },
    ...options.plex,
  })
  const dir = mkdtempSync(join(tmpdir(), 'job-world-'))
  const configPath = join(dir, 'config.yml')
  writeFileSync(configPath, (options.config ?? defaultConfig)(plex.url))
  return {
    plex,
    dir,
    configPath,
    jobDir: join(dir, 'job'),
    dataDir: join(dir, 'data'),
    load: (): Promise<JobConfig> => loadJobConfig({ kind: 'config', configPath }, { env: {} }),
    /**
     * The promise of every test, checked at its end in any case: Plex was not changed, and nobody tried to change it.
     */
    assertUntouched: plex.assertUntouched,
    async [Symbol.asyncDispose]() {
      rmSync(dir, { recursive: true, force: true })
      await plex[Symbol.asyncDispose]()
    },
  }
}
export type JobWorld = Awaited<ReturnType<typeof startJobWorld>>

export interface RunOutcome {
  summary: Summary
  events: JobEvent[]
  lines: string[]
}

/** Runs one job in this process, with the sample renderer unless another one is given. */
export async function run(
  world: JobWorld,
  request: Partial<JobRequest> & { targets?: PreviewTarget[] } = {},
): Promise<RunOutcome> {
  const events: JobEvent[] = []
  const lines: string[] = []
  const { targets, onEvent, ...rest } = request
  const config = rest.config ?? (await world.load())
  const summary = await runJob({
    jobDir: world.jobDir,
    specs: [],
    renderer: sampleRenderer(),
    dataDir: world.dataDir,
    keepWorkspace: false,
    writeJobFile: false,
    scoped: true,
    proxyPort: 0,
    env: { PATH: process.env.PATH },
    signal: new AbortController().signal,
    ...rest,
    config: targets ? { ...config, preview: { ...config.preview, targets } } : config,
    onEvent(event) {
      events.push(event)
      onEvent?.(event)
    },
    onLine: ({ level, text }) => lines.push(`${level} ${text}`),
  })
  return { summary, events, lines }
}

/** All files below a folder, as relative paths with forward slashes. */
export function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(dir, name)).isFile())
    .map((name) => name.replaceAll('\\', '/'))
    .sort()
}

/** Names of the files below a folder that contain one of the texts. */
export function filesWith(dir: string, texts: readonly string[]): string[] {
  return filesBelow(dir).filter((name) => {
    const content = readFileSync(join(dir, name), 'latin1')
    return texts.some((text) => content.includes(text))
  })
}
