import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { defaultKometaCwd } from '../../config/read/locate.ts'
import { type JobConfig, type LoadOptions, loadConfirmedConfig } from '../../config/read/user-config.ts'
import type { Trust } from '../../config/trust/trust.ts'
import type { AskKometaYaml } from '../../config/yaml/kometa-reading.ts'
import { writeFileAtomic } from '../../util/files/atomic-file.ts'
import { onText, readInThread } from '../foreign-text/on-text.ts'
import { refuseOurNames } from './hidden-uses.ts'
import type { MaskedConfig } from './mask-config.ts'
import type { ReachOf } from './studio-reach.ts'

/** Where a config comes from; `text` holds secrets and lives in memory only. */
export type ConfigOrigin = { kind: 'path'; path: string; text: string } | { kind: 'text'; name: string; text: string }

/** What reading a config needs of its surroundings. */
export interface LoadDeps {
  env: NodeJS.ProcessEnv
  kometaDir: string | null
  /** The YAML reader of the user's Kometa, once that is found. */
  readYaml?: AskKometaYaml | undefined
  /** What this installation knows of files and jobs: a config that is connected by its path is the user's own. */
  trust?: Trust | undefined
  /** What a config may read that is not a file of the user's. */
  reachOf: ReachOf
}

/** Reads the config of a connection. `folder` is ours alone: a pasted text is read from there, with names for its secrets. */
export async function loadOrigin(
  origin: ConfigOrigin,
  masked: MaskedConfig,
  folder: string,
  deps: LoadDeps,
): Promise<JobConfig> {
  if (origin.kind === 'path') {
    return loadConfirmedConfig({ kind: 'config', configPath: origin.path }, loadOptions(deps))
  }
  // A broken text is judged as it was pasted, and kept nowhere.
  await onText('check', origin.text, origin.name)
  refuseOurNames(origin.text)
  const { text, secrets } = await onText('name', masked.text, masked.masks)
  return loadText(text, secrets, folder, { ...deps, place: null, withoutEnvironment: true })
}

/** Where a config's relative paths and backups are looked for. */
export interface ConfigPlace {
  kometaConfigDir: string
  kometaCwd: string
}

export function placeOf(origin: ConfigOrigin, config: JobConfig | null): ConfigPlace | null {
  if (config) return { kometaConfigDir: config.kometaConfigDir, kometaCwd: config.kometaCwd }
  if (origin.kind === 'text') return null
  const kometaConfigDir = dirname(origin.path)
  return { kometaConfigDir, kometaCwd: defaultKometaCwd(kometaConfigDir) }
}

/**
 * Reads a text as a config. It is written, with names where its secrets stand, into a folder of ours. A pasted one is someone's
 * text: `<<name>>` in it must not fetch a secret of this machine and send it to its plex.url.
 */
export async function loadText(
  text: string,
  secrets: Readonly<Record<string, string>>,
  folder: string,
  { place, withoutEnvironment, ...deps }: LoadDeps & { place: ConfigPlace | null; withoutEnvironment: boolean },
): Promise<JobConfig> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const configPath = join(folder, 'config.yml')
  await writeFileAtomic(configPath, text, 0o600)
  // What is only looked at is trusted by nobody later on.
  const options = { ...loadOptions({ ...deps, trust: undefined }), secrets, withoutEnvironment }
  const reach = await deps.reachOf(folder, deps.kometaDir)
  return loadConfirmedConfig({ kind: 'config', configPath }, { ...options, ...place, reach })
}

/** The same surroundings for `loadJobConfig`. */
export function loadOptions({ env, kometaDir, readYaml, trust }: Omit<LoadDeps, 'reachOf'>): LoadOptions {
  return {
    env,
    readYaml,
    reading: readInThread,
    ...(kometaDir === null ? {} : { kometaDir }),
    ...(trust === undefined ? {} : { trust }),
  }
}

/** Takes the paths out of a message under which a config is read. */
export function cleanPaths(text: string, folder: string, path: string | null, name: string): string {
  const inner = text.replaceAll(join(folder, 'config.yml'), name).replaceAll(folder, 'the folder of the config')
  return path === null ? inner : inner.replaceAll(path, name)
}
