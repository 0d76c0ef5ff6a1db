import { dirname, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { PreviewSection } from '../../contract/preview.ts'
import { trimEndOf } from '../../util/trim-end.ts'
import { ownOverlayFiles } from '../overlays/entry-files.ts'
import { everywhere, type Reach } from '../reach/reach.ts'
import { type AssetCopies, listAssetCopies } from '../workspace/asset-copies.ts'
import { listOverlayFolders } from '../workspace/folder-files.ts'
import { createYamlFiles, type YamlFiles } from '../yaml/yaml-files.ts'
import { get, isMap, type YamlMap } from '../yaml/yaml-value.ts'
import { readOutline } from './config-outline.ts'
import { putSecretsIn } from './environment/job-secrets.ts'
import { findSecrets, secretsAmong } from './environment/redaction-secrets.ts'
import { type JobLibrary, readLibraries } from './job-libraries.ts'
import type { LoadOptions } from './load-options.ts'
import { defaultKometaCwd, isFolder } from './locate.ts'
import { normaliseConfig } from './normalise.ts'
import type { ConfigServer } from './plex-servers.ts'
import { type ConfigSource, readSource, type SourceFrom } from './read-source.ts'
import { createSourceReader } from './source-reader.ts'

export type { ConfigSource } from './read-source.ts'

/** A user's config, read and judged. It lives in memory only: it holds the real Plex token and every key. */
export interface JobConfig {
  /** The config with its secrets put in, old spellings in their new places, without `preview`. */
  document: YamlMap
  preview: PreviewSection
  /** The Kometa config that libraries come from; its folder is what Kometa calls its config folder. */
  configPath: string
  configDir: string
  /** Where `overlays/<library> Original Posters` stands. */
  kometaConfigDir: string
  /** What relative paths of the config start from. */
  kometaCwd: string
  /** What the config's paths may lead to. */
  reach: Reach
  /** Files that were read and hold the user's secrets: none of them may stand in a workspace. */
  sourceFiles: readonly string[]
  /** Distinct url and token pairs of the libraries. */
  servers: readonly ConfigServer[]
  /** In the config's order. */
  libraries: readonly JobLibrary[]
  /** Value of a `folder:` whose folder is real in a workspace -> its files in the order of the disk. */
  folderFiles: ReadonlyMap<string, readonly string[]>
  assetCopies: AssetCopies
  /** The X-Plex-Client-Identifier of the user's Kometa, where it has one. */
  clientIdentifier: string | undefined
  /** For the redactor: tokens, keys and passwords of the whole config. */
  secretsForRedaction: readonly string[]
  warnings: readonly string[]
  /** Those of the warnings that say what Kometa reads otherwise than it was meant, each with its line. */
  misread: readonly string[]
  /** The user's YAML files, as Kometa reads them. */
  files: YamlFiles
  /**
   * null once Kometa's own reader has seen these files as we have; where it sees something else, the config that it sees. Throws
   * CONFIG_INVALID_YAML where it refuses one. The reader is asked while Plex is: nothing is to be started before.
   */
  otherwise(): Promise<JobConfig | null>
}

/** A warning of every config without one: what draws for the demo needs none. */
export const noTmdbKey = 'tmdb.apikey is missing: Kometa does not start without it'

/** To Kometa itself a config without a TMDb key is an error. Throws CONFIG_INVALID. */
export function requireTmdbKey({ warnings }: Pick<JobConfig, 'warnings'>): void {
  if (warnings.includes(noTmdbKey)) throw missingTmdbKey()
}

export const missingTmdbKey = (): AppError =>
  new AppError('CONFIG_INVALID', noTmdbKey, {
    hint: 'Put your API Key (v3) there: themoviedb.org, Settings, API.',
  })

/**
 * Reads the config of a job; nothing is started, and only what the user trusts is written down. Throws AppError with one clear
 * line: CONFIG_UNREADABLE, CONFIG_INVALID_YAML (file, line, column), CONFIG_INVALID, CONFIG_NO_PLEX, CONFIG_NO_OVERLAYS,
 * SECRET_UNRESOLVED, SECRET_NOT_SENT, SECRETS_GONE, JOB_NOT_FOUND, TARGET_ID_INVALID, TARGET_ID_DUPLICATE, BAD_USAGE.
 */
export async function loadJobConfig(source: ConfigSource, options: LoadOptions): Promise<JobConfig> {
  const sources = createSourceReader(source.kind === 'job' ? source.jobDir : null, options.reach)
  const files = createYamlFiles(options.readYaml, sources.bytes, options.reading)
  return load({ source, sources }, options, files, 'ours')
}

/** Loads it and waits for Kometa's reader: for who has nothing to do meanwhile. */
export async function loadConfirmedConfig(source: ConfigSource, options: LoadOptions): Promise<JobConfig> {
  const config = await loadJobConfig(source, options)
  return (await config.otherwise()) ?? config
}

async function load(
  from: SourceFrom,
  options: LoadOptions,
  yamlFiles: YamlFiles,
  reader: 'ours' | 'of Kometa',
): Promise<JobConfig> {
  const files = await readSource(from, options.env, reader === 'ours' ? yamlFiles.peek : yamlFiles.read)
  const text = await yamlFiles.textOf(files.basePath)
  const { secrets, substituted } = await putSecretsIn(from.source, { ...files, text }, options)
  const document = normaliseConfig(isMap(substituted.value) ? substituted.value : new Map())
  const warnings: string[] = []

  const { reach = everywhere } = options
  if (reach.areas === null) {
    await checkFolder('--kometa-config-dir', options.kometaConfigDir)
    await checkFolder('--kometa-cwd', options.kometaCwd)
  }
  const configDir = dirname(files.configPath)
  const base = dirname(files.previewPath)
  const kometaConfigDir = options.kometaConfigDir ?? within(base, files.preview.kometa_config_dir) ?? configDir
  const kometaCwd = options.kometaCwd ?? within(base, files.preview.kometa_cwd) ?? defaultKometaCwd(configDir)
  const clientIdentifier = (await from.sources.uuid(kometaConfigDir)) ?? (await from.sources.uuid(configDir))

  const outline = await readOutline(yamlFiles, files)
  const { libraries, servers } = readLibraries({
    document,
    outline,
    file: files.configPath,
    secrets,
    unresolved: substituted.unresolved,
    warnings,
    serverDetails: (url) => {
      const fingerprint = fingerprintOf(files.preview, url)
      return { ...(clientIdentifier ? { clientIdentifier } : {}), ...(fingerprint ? { fingerprint } : {}) }
    },
  })
  if (!get(document, 'tmdb', 'apikey')) warnings.push(noTmdbKey)
  const sourceFiles = [...new Set([files.configPath, files.previewPath])]
  const config: JobConfig = {
    document,
    preview: files.preview,
    configPath: files.configPath,
    configDir,
    kometaConfigDir: resolve(kometaConfigDir),
    kometaCwd: resolve(kometaCwd),
    reach,
    sourceFiles,
    servers,
    libraries,
    clientIdentifier,
    folderFiles: await listOverlayFolders(libraries, {
      ...{ kometaCwd: resolve(kometaCwd), configDir, reach },
      hidden: sourceFiles,
    }),
    assetCopies: await listAssetCopies(document, libraries, { kometaCwd: resolve(kometaCwd), reach }),
    secretsForRedaction: [
      ...new Set([...servers.map(({ token }) => token), ...findSecrets(document), ...secretsAmong(substituted.used)]),
    ],
    warnings: [...warnings, ...outline.misread],
    misread: outline.misread,
    files: yamlFiles,
    otherwise: async () => {
      if (reader === 'of Kometa') return null
      const agreed: boolean[] = []
      for (const path of files.read) agreed.push(await yamlFiles.confirm(path))
      return agreed.every(Boolean) ? null : load(from, options, yamlFiles, 'of Kometa')
    },
  }
  yamlFiles.prepare([...files.read, ...(await ownOverlayFiles(config))])
  return config
}

async function checkFolder(option: string, path: string | undefined): Promise<void> {
  if (path === undefined || (await isFolder(path))) return
  throw new AppError('BAD_USAGE', `${option}: there is no folder ${path}`)
}

const within = (folder: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(folder, path)

function fingerprintOf({ plex_fingerprint: pinned }: PreviewSection, url: string): string | undefined {
  if (typeof pinned !== 'object') return pinned
  return Object.entries(pinned).find(([address]) => trimEndOf(address, '/') === url)?.[1]
}
