import { readdir, readlink, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { readOverlayTexts } from '../../config/overlays/overlay-texts.ts'
import { secretFilesOf } from '../../config/read/environment/secret-files.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import { textOf, walkScalars } from '../../config/yaml/yaml-value.ts'
import { isWithin } from '../../util/files/is-within.ts'

/** The most entries of a workspace that are looked at; a workspace has fewer links than this. */
const maxEntries = 50_000
/** The most files of one folder that are mounted one by one; for more, the folder is mounted. */
const maxFilesPerFolder = 24

/** A path of this machine that a container sees, and where it sees it. */
export interface Mount {
  source: string
  target: string
  readOnly: boolean
}

/**
 * Folders that an image has itself, among them Kometa's code. Mounting over one would break the image; mounting below
 * one is fine.
 */
const ofTheImage = new Set(
  [
    ...[
      'bin',
      'boot',
      'dev',
      'etc',
      'lib',
      'lib32',
      'lib64',
      'libx32',
      'proc',
      'root',
      'run',
      'sbin',
      'sys',
      'tmp',
      'usr',
      'var',
    ],
    ...['defaults', 'fonts', 'modules'],
  ].map((name) => `/${name}`),
)

export interface MountOptions {
  config: JobConfig
  /** The only folder that Kometa can write to. */
  workspaceDir: string
  /** Files that Kometa's environment names. */
  files: readonly string[]
  /** An empty file that is mounted over each file that holds the real token. */
  emptyFile: string
}

/**
 * Lists the mounts: the workspace, and at their own paths, read-only, the targets of its links and the absolute paths
 * in the config and its overlay files. A file that holds the real token is hidden if its folder is mounted.
 */
export async function findMounts(options: MountOptions): Promise<Mount[]> {
  const { config, workspaceDir, emptyFile } = options
  const ofConfig = await withinReach([...(await linkTargets(workspaceDir)), ...(await namedPaths(config))], config)
  const wanted = new Map<string, 'file' | 'folder'>()
  for (const path of new Set([...ofConfig, ...options.files])) {
    for (const each of [resolve(path), await realpath(path).catch(() => null)]) {
      if (each === null || isWithin(workspaceDir, each) || isWithin(each, workspaceDir)) continue
      const info = await stat(each).catch(() => null)
      if (info?.isDirectory() && !ofTheImage.has(each)) wanted.set(each, 'folder')
      else if (info?.isFile()) wanted.set(each, 'file')
    }
  }
  const paths = withoutInner(gathered(wanted, closedOf(config)))
  const mounts = paths.map((path) => ({ source: path, target: path, readOnly: true }))
  const secret = await secretFilesOf(config)
  const hidden = secret.filter((path) => paths.some((mounted) => isWithin(path, mounted)))
  return [
    { source: workspaceDir, target: workspaceDir, readOnly: false },
    ...mounts.filter(({ target }) => !secret.includes(target)),
    ...hidden.map((target) => ({ source: emptyFile, target, readOnly: true })),
  ]
}

const closedOf = ({ reach }: Pick<JobConfig, 'reach'>): string[] => (reach.areas ?? []).flatMap(({ except }) => except)

/**
 * Keeps the paths that the config may read. A folder is dropped if something inside it must not be read, because a
 * container cannot see only part of a folder.
 */
async function withinReach(paths: readonly string[], { reach }: Pick<JobConfig, 'reach'>): Promise<string[]> {
  if (reach.areas === null) return [...paths]
  const closed = closedOf({ reach })
  const kept: string[] = []
  for (const path of paths) {
    const found = await reach.find(path)
    if (found !== null && !closed.some((each) => isWithin(each, found))) kept.push(path)
  }
  return kept
}

/** The targets of a workspace's links; the targets themselves are not searched. */
async function linkTargets(folder: string): Promise<string[]> {
  const targets: string[] = []
  const open = [folder]
  let seen = 0
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true })) {
      seen += 1
      if (seen > maxEntries) throw new Error(`the workspace ${folder} has more than ${maxEntries} entries`)
      const path = join(next, entry.name)
      if (entry.isSymbolicLink()) targets.push(resolve(next, await readlink(path)))
      else if (entry.isDirectory()) open.push(path)
    }
  }
  return targets
}

/**
 * Absolute paths in the config and its overlay files: pictures, fonts, assets. Relative paths are reached through the
 * links.
 */
async function namedPaths(config: JobConfig): Promise<string[]> {
  const found: string[] = []
  // Some values are comma-separated lists (asset_directory).
  walkScalars(config.document, (scalar) =>
    found.push(
      ...textOf(scalar)
        .split(',')
        .map((each) => each.trim()),
    ),
  )
  for (const { path, text } of await readOverlayTexts(config)) found.push(path, ...absolutePaths(text))
  return found.filter((path) => isAbsolute(path))
}

/** Everything that looks like an absolute path. False hits do not exist on disk, so they are not mounted. */
function absolutePaths(text: string): string[] {
  const values = text.matchAll(/(?:^|[\s"'[,{:])(\/[^"'\n,\]}#]{1,1000})/gm)
  return [...values].map(([, path = '']) => path.trim())
}

/** If many files of one folder are wanted, the whole folder is mounted instead. */
function gathered(wanted: ReadonlyMap<string, 'file' | 'folder'>, closed: readonly string[]): string[] {
  const paths: string[] = []
  const files = new Map<string, string[]>()
  for (const [path, kind] of wanted) {
    if (kind === 'folder') paths.push(path)
    else files.set(dirname(path), [...(files.get(dirname(path)) ?? []), path])
  }
  for (const [folder, inner] of files) {
    const isWhole = folder !== '/' && !ofTheImage.has(folder) && !closed.some((each) => isWithin(each, folder))
    if (inner.length > maxFilesPerFolder && isWhole) paths.push(folder)
    else paths.push(...inner)
  }
  return paths
}

/** Removes paths inside another mounted folder; outer folders come first. */
function withoutInner(paths: readonly string[]): string[] {
  const kept: string[] = []
  for (const path of [...new Set(paths)].sort((one, other) => one.length - other.length)) {
    if (!kept.some((outer) => isWithin(path, outer))) kept.push(path)
  }
  return kept
}
