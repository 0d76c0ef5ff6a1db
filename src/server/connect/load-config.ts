import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LoadOptions } from '../../config/read/load-options.ts'
import { defaultKometaCwd } from '../../config/read/locate.ts'
import { type JobConfig, loadConfirmedConfig } from '../../config/read/user-config.ts'
import type { Trust } from '../../config/trust/trust.ts'
import type { AskKometaYaml } from '../../config/yaml/kometa-reading.ts'
import { writeFileAtomic } from '../../util/files/atomic-file.ts'
import { onText, readInThread } from '../foreign-text/on-text.ts'
import { refuseOurNames } from './hidden/hidden-uses.ts'
import type { MaskedConfig } from './hidden/mask-config.ts'
import type { ReachOf } from './studio-reach.ts'

/** Where a config comes from. `text` holds secrets and is never written to disk. */
export type ConfigOrigin = { kind: 'path'; path: string; text: string } | { kind: 'text'; name: string; text: string }

/** What reading a config needs. */
export interface LoadDeps {
  env: NodeJS.ProcessEnv
  kometaDir: string | null
  /** The YAML reader of the user's Kometa, if Kometa has been found. */
  readYaml?: AskKometaYaml | undefined
  /** A config that is connected by its path is the user's own, and this remembers it. */
  trust?: Trust | undefined
  /** What a config may read if it is not the user's own file. */
  reachOf: ReachOf
}

/**
 * Reads the config of a connection. A pasted text is read from `folder`, which is ours, with names in place of its
 * secrets.
 */
export async function loadOrigin(
  origin: ConfigOrigin,
  masked: MaskedConfig,
  folder: string,
  deps: LoadDeps,
): Promise<JobConfig> {
  if (origin.kind === 'path') {
    return loadConfirmedConfig({ kind: 'config', configPath: origin.path }, loadOptions(deps))
  }
  // A text that cannot be read is never written to disk.
  await onText('check', origin.text, origin.name)
  refuseOurNames(origin.text)
  const { text, secrets } = await onText('name', masked.text, masked.masks)
  return loadText(text, secrets, folder, { ...deps, place: null, withoutEnvironment: true })
}

/** The folders where a config's backups and relative paths are looked for. */
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
 * Reads a text as a config, from a file in a folder of ours, with names in place of its secrets. Anybody may have
 * written a pasted text, so `<<name>>` in it must not send a secret of this machine to its plex.url.
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
  // A config that is only checked must not be remembered as trusted.
  const options = { ...loadOptions({ ...deps, trust: undefined }), secrets, withoutEnvironment }
  const reach = await deps.reachOf(folder, deps.kometaDir)
  return loadConfirmedConfig({ kind: 'config', configPath }, { ...options, ...place, reach })
}

/** The same for `loadJobConfig`. */
export function loadOptions({ env, kometaDir, readYaml, trust }: Omit<LoadDeps, 'reachOf'>): LoadOptions {
  return {
    env,
    readYaml,
    reading: readInThread,
    ...(kometaDir === null ? {} : { kometaDir }),
    ...(trust === undefined ? {} : { trust }),
  }
}

/** Replaces the paths under which a config was read, in a message, by the name that the user knows. */
export function cleanPaths(text: string, folder: string, path: string | null, name: string): string {
  const inner = text.replaceAll(join(folder, 'config.yml'), name).replaceAll(folder, 'the folder of the config')
  return path === null ? inner : inner.replaceAll(path, name)
}
