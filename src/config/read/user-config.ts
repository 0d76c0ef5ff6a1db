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
import { type ConfigSource, readSource, type SourceFiles, type SourceFrom } from './read-source.ts'
import { createSourceReader } from './source-reader.ts'

export type { ConfigSource } from './read-source.ts'

/** The user's config, read and judged. It holds the real Plex token and every key, so it stays in memory. */
export interface JobConfig {
  /** The config with its secrets filled in and old spellings moved to their new places, without `preview`. */
  document: YamlMap
  preview: PreviewSection
  /** The Kometa config that contains the libraries. Kometa calls its folder the config folder. */
  configPath: string
  configDir: string
  /** The folder that contains `overlays/<library> Original Posters`. */
  kometaConfigDir: string
  /** The folder that relative paths of the config start from. */
  kometaCwd: string
  /** What the config's paths may lead to. */
  reach: Reach
  /** Files that were read and hold the user's secrets. A workspace must contain none of them. */
  sourceFiles: readonly string[]
  /** The distinct pairs of url and token of the libraries. */
  servers: readonly ConfigServer[]
  /** The libraries in the order of the config. */
  libraries: readonly JobLibrary[]
  /** Value of a `folder:` whose folder is a real one in a workspace -> its files in the order of the disk. */
  folderFiles: ReadonlyMap<string, readonly string[]>
  assetCopies: AssetCopies
  /** The X-Plex-Client-Identifier of the user's Kometa, if it has one. */
  clientIdentifier: string | undefined
  /** Tokens, keys and passwords of the whole config, for the redactor. */
  secretsForRedaction: readonly string[]
  warnings: readonly string[]
  /** The warnings about values that Kometa reads differently from what the author meant, each with its line. */
  misread: readonly string[]
  /** The user's YAML files, as Kometa reads them. */
  files: YamlFiles
  /**
   * Waits for Kometa's own reader. null: it reads these files as we do; else the config as it reads it. Throws
   * CONFIG_INVALID_YAML if it refuses a file. The reader is asked while Plex is, since nothing may be started
   * before.
   */
  otherwise(): Promise<JobConfig | null>
}

/** The warning of a config without a TMDb key. The demo's renderer needs no such key. */
export const noTmdbKey = 'tmdb.apikey is missing: Kometa does not start without it'

/** Throws CONFIG_INVALID for a config without a TMDb key, with which Kometa does not start. */
export function requireTmdbKey({ warnings }: Pick<JobConfig, 'warnings'>): void {
  if (warnings.includes(noTmdbKey)) throw missingTmdbKey()
}

export const missingTmdbKey = (): AppError =>
  new AppError('CONFIG_INVALID', noTmdbKey, {
    hint: 'Put your API Key (v3) there: themoviedb.org, Settings, API.',
  })

/**
 * Reads the config of a job. Nothing is started, and only what the user trusts is written to disk. Throws AppError
 * with one clear line: CONFIG_UNREADABLE, CONFIG_INVALID_YAML (file, line, column), CONFIG_INVALID, CONFIG_NO_PLEX,
 * CONFIG_NO_OVERLAYS, SECRET_UNRESOLVED, SECRET_NOT_SENT, SECRETS_GONE, JOB_NOT_FOUND, TARGET_ID_INVALID,
 * TARGET_ID_DUPLICATE, BAD_USAGE.
 */
export async function loadJobConfig(source: ConfigSource, options: LoadOptions): Promise<JobConfig> {
  const sources = createSourceReader(source.kind === 'job' ? source.jobDir : null, options.reach)
  const files = createYamlFiles(options.readYaml, sources.bytes, options.reading)
  return load({ source, sources }, options, files, 'ours')
}

/** Loads the config and waits for Kometa's reader, for callers that have nothing else to do. */
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
  const { reach = everywhere } = options
  const places = await findPlaces(files, options)
  const clientIdentifier = await findClientIdentifier(from, places)
  const warnings: string[] = []
  const outline = await readOutline(yamlFiles, files)
  const { libraries, servers } = readLibraries({
    ...{ document, outline, file: files.configPath, secrets, unresolved: substituted.unresolved, warnings },
    serverDetails: (url) => {
      const fingerprint = fingerprintOf(files.preview, url)
      return { ...(clientIdentifier ? { clientIdentifier } : {}), ...(fingerprint ? { fingerprint } : {}) }
    },
  })
  if (!get(document, 'tmdb', 'apikey')) warnings.push(noTmdbKey)
  const sourceFiles = [...new Set([files.configPath, files.previewPath])]
  const config: JobConfig = {
    ...{ document, preview: files.preview, configPath: files.configPath, ...places, reach, sourceFiles },
    ...{ servers, libraries, clientIdentifier },
    folderFiles: await listOverlayFolders(libraries, { ...places, reach, hidden: sourceFiles }),
    assetCopies: await listAssetCopies(document, libraries, { kometaCwd: places.kometaCwd, reach }),
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

type ConfigPlaces = Pick<JobConfig, 'configDir' | 'kometaConfigDir' | 'kometaCwd'>

/** The command line takes precedence over preview.yml, whose paths start from its own folder. */
async function findPlaces(
  { configPath, previewPath, preview }: SourceFiles,
  options: LoadOptions,
): Promise<ConfigPlaces> {
  if ((options.reach ?? everywhere).areas === null) {
    await checkFolder('--kometa-config-dir', options.kometaConfigDir)
    await checkFolder('--kometa-cwd', options.kometaCwd)
  }
  const configDir = dirname(configPath)
  const base = dirname(previewPath)
  const kometaConfigDir = options.kometaConfigDir ?? within(base, preview.kometa_config_dir) ?? configDir
  const kometaCwd = options.kometaCwd ?? within(base, preview.kometa_cwd) ?? defaultKometaCwd(configDir)
  return { configDir, kometaConfigDir: resolve(kometaConfigDir), kometaCwd: resolve(kometaCwd) }
}

async function findClientIdentifier({ sources }: SourceFrom, places: ConfigPlaces): Promise<string | undefined> {
  return (await sources.uuid(places.kometaConfigDir)) ?? sources.uuid(places.configDir)
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
