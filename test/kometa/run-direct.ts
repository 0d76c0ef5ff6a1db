import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Renderer } from '../../src/run/kometas/renderer.ts'
import type { SamplePlex } from '../support/sample-plex.ts'
import { defaultConfig, type Scenario, type Upload } from './scenario.ts'
import { scenarioEnvironment, writeUserFolder } from './user-folder.ts'

const maxRunMs = 180_000

export interface DirectRun {
  /** By ratingKey, in order. */
  uploads: ReadonlyMap<string, Upload[]>
  log: string
}

export interface RunPlace {
  /** A new folder for this run only. */
  dir: string
  renderer: Renderer
  /** How Kometa reaches the stand-ins of TMDb and GitHub. */
  outside: Readonly<Record<string, string>>
}

/** Runs Kometa as the user does: with the unchanged config, in the user's folder, directly against Plex. */
export async function runDirect(scenario: Scenario, plex: SamplePlex, place: RunPlace): Promise<DirectRun> {
  const user = join(place.dir, 'user')
  await writeUserFolder(user, scenario.folder, plex, place.renderer.dir ?? '')
  return runIn(user, scenario, plex, place)
}

/** Does the same in an existing folder. */
export async function runIn(user: string, scenario: Scenario, plex: SamplePlex, place: RunPlace): Promise<DirectRun> {
  const { renderer, dir } = place
  const home = join(dir, 'home')
  await mkdir(home, { recursive: true })
  const earlier = new Map(plex.uploadedKeys().map((key) => [key, plex.uploads(key).length]))
  const config = join(user, scenario.config ?? defaultConfig)
  const child = spawn(
    renderer.command,
    [join(renderer.dir ?? '', 'kometa.py'), '--config', config, '--run', '--overlays-only', '--no-countdown'],
    {
      cwd: join(user, scenario.cwd ?? ''),
      env: {
        PATH: process.env.PATH,
        HOME: home,
        ...renderer.env,
        ...place.outside,
        ...scenarioEnvironment(scenario, plex),
      },
      stdio: ['ignore', 'ignore', 'ignore'],
      timeout: maxRunMs,
      killSignal: 'SIGKILL',
    },
  )
  await once(child, 'exit')
  const log = await readFile(join(dirname(config), 'logs', 'meta.log'), 'utf8')
  if (!/Finished .*Run/.test(log) || log.includes('[CRITICAL]'))
    throw new Error(`Kometa did not finish:\n${log.slice(-4000)}`)
  const uploads = new Map(
    plex
      .uploadedKeys()
      .map((key) => {
        const own = plex.uploads(key).slice(earlier.get(key) ?? 0)
        return [key, own.map(({ kind, sha256 }): Upload => ({ kind, sha256 }))] as const
      })
      .filter(([, own]) => own.length > 0),
  )
  return { uploads, log }
}
