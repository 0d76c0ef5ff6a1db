import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { PreviewSection } from '../../contract/preview.ts'
import { getMap, isMap, type YamlKey, type YamlMap, type YamlValue } from '../yaml/yaml-value.ts'
import { findConfig, findPreviewFile } from './locate.ts'
import { emptyPreview, readPreviewSection } from './preview-section.ts'
import type { SourceReader } from './source-reader.ts'

export type ConfigSource =
  /** A config.yml that the user names in this call, so it is the user's own. Targets come from the caller. */
  | { kind: 'config'; configPath: string }
  /** A config.yml that something else names, such as the record of a job. */
  | { kind: 'reference'; configPath: string }
  /** A prepared job: DIR/config/preview.yml or DIR/preview.yml. Anybody may have made the folder. */
  | { kind: 'job'; jobDir: string }

export interface SourceFrom {
  source: ConfigSource
  sources: SourceReader
}

/** A config as its files say it, preview.yml laid over the base config. */
export interface SourceFiles {
  document: YamlMap
  preview: PreviewSection
  /** The file with `libraries`. */
  configPath: string
  previewPath: string
  /** The config that preview.yml builds on, or the only file. */
  basePath: string
  /** All files of the config. */
  read: readonly string[]
  /** The file that contains the value under these keys. */
  fileOf(path: readonly string[]): string
}

type ReadYaml = (path: string) => Promise<YamlValue>

export async function readSource(
  { source, sources }: SourceFrom,
  env: NodeJS.ProcessEnv,
  readYaml: ReadYaml,
): Promise<SourceFiles> {
  if (source.kind !== 'job') {
    const path = source.kind === 'config' ? await findConfig(source.configPath, env) : resolve(source.configPath)
    return alone(path, await readDocument(path, readYaml), emptyPreview())
  }
  const previewPath = await findPreviewFile(source.jobDir, sources)
  const own = await readDocument(previewPath, readYaml)
  const preview = readPreviewSection(own.get('preview'), basename(previewPath))
  const basePath = await findBase(previewPath, own, preview, sources)
  if (basePath === undefined || (await isSame(basePath, previewPath, sources))) return alone(previewPath, own, preview)
  const base = await readDocument(basePath, readYaml)
  const configPath = isMap(own.get('libraries')) ? previewPath : basePath
  const ownPlex = getMap(own, 'plex')
  return {
    document: mergeOver(withoutPreview(base), withoutPreview(own)),
    preview,
    // A preview.yml with libraries of its own may still build on a config, and then the folder of that config is
    // Kometa's.
    configPath: preview.config === undefined ? configPath : basePath,
    previewPath,
    basePath,
    read: [previewPath, basePath],
    fileOf([section = '', key = '']) {
      const isOwn = section === 'plex' ? ownPlex.has(key) : own.has(section)
      return isOwn ? previewPath : basePath
    },
  }
}

function alone(path: string, document: YamlMap, preview: PreviewSection): SourceFiles {
  const only = { configPath: path, previewPath: path, basePath: path, read: [path] }
  return { ...only, document: withoutPreview(document), preview, fileOf: () => path }
}

async function isSame(one: string, other: string, sources: SourceReader): Promise<boolean> {
  return (await sources.realPath(one)) === (await sources.realPath(other))
}

/** Finds the base config: `preview.config`, else the config.yml beside a preview.yml without libraries. */
async function findBase(
  previewPath: string,
  own: YamlMap,
  preview: PreviewSection,
  sources: SourceReader,
): Promise<string | undefined> {
  const folder = dirname(previewPath)
  if (preview.config !== undefined) return resolve(folder, preview.config)
  if (own.has('libraries')) return undefined
  const beside = join(folder, 'config.yml')
  if (await sources.exists(beside)) return beside
  throw new AppError('CONFIG_INVALID', `${previewPath} has no "libraries", and there is no config.yml beside it`, {
    hint: 'Name your Kometa config with "preview: {config: /path/to/config.yml}".',
  })
}

async function readDocument(path: string, readYaml: ReadYaml): Promise<YamlMap> {
  const document = await readYaml(path)
  if (isMap(document)) return document
  throw new AppError('CONFIG_INVALID', `${path} is ${document === null ? 'empty' : 'not a Kometa config'}`)
}

function withoutPreview(document: YamlMap): YamlMap {
  return new Map([...document].filter(([key]) => key !== 'preview'))
}

/** A section of preview.yml replaces that of the base config. Of `plex`, each key does so by itself. */
function mergeOver(base: YamlMap, own: YamlMap): YamlMap {
  const plex = new Map<YamlKey, YamlValue>([...getMap(base, 'plex'), ...getMap(own, 'plex')])
  const merged = new Map<YamlKey, YamlValue>([...base, ...own])
  return plex.size > 0 ? merged.set('plex', plex) : merged
}
