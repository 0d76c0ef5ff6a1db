import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PreviewTarget } from '../contract/preview.ts'
import type { Renderer } from '../run/kometas/renderer.ts'
import { programCommand } from '../util/program-file.ts'
import { demoLibraries, demoTargets } from './library/library-data.ts'
import { type SamplePlex, startSamplePlex } from './sample-plex/sample-plex.ts'

/** A sample Plex, and a Kometa config for it in a temporary folder. */
export interface DemoWorld extends AsyncDisposable {
  plex: SamplePlex
  configPath: string
  /** The targets if the user names none. */
  targets: PreviewTarget[]
}

export async function startDemoWorld(): Promise<DemoWorld> {
  const plex = await startSamplePlex({ libraries: demoLibraries() })
  const dir = await mkdtemp(join(tmpdir(), 'kometa-preview-demo-'))
  const configPath = join(dir, 'config.yml')
  await writeFile(configPath, demoConfig(plex.url, plex.token))
  return {
    plex,
    configPath,
    targets: demoTargets().map(({ id, item, library }) => ({ id, ratingKey: item.ratingKey, library })),
    async [Symbol.asyncDispose]() {
      await plex[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The stand-in for Kometa. Its output and the summary name it as such, and `run` cannot select it. */
export function sampleRenderer(): Renderer {
  const { command, args } = programCommand('demo/sample-renderer/main')
  return {
    kind: 'sample',
    version: null,
    commit: null,
    supported: true,
    warnings: [],
    dir: null,
    command,
    args: (configPath) => [...args, '--config', configPath, '--run', '--overlays-only'],
  }
}

/** The TMDb key is invalid: the sample renderer sends no request to TMDb. */
const demoConfig = (url: string, token: string) => `plex:
  url: ${url}
  token: ${token}
tmdb:
  apikey: 00000000000000000000000000000000
libraries:
  Movies:
    overlay_files:
      - default: resolution
      - default: audio_codec
      - default: ratings
        template_variables: {rating1: critic, rating1_image: rt_tomato, rating2: audience, rating2_image: rt_popcorn}
  TV Shows:
    overlay_files:
      - default: resolution
      - default: audio_codec
      - default: resolution
        template_variables: {builder_level: season}
      - default: resolution
        template_variables: {builder_level: episode}
      - default: episode_info
`
