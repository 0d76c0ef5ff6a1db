import { randomUUID } from 'node:crypto'
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import type { ProcessIdentity } from '../../util/process-identity.ts'
import type { JobConfig } from '../read/user-config.ts'
import { emptyOverlayFile } from '../run-config/run-config.ts'
import { copyAssets } from './asset-copies.ts'
import { type BackupLeft, type CopiedBackup, copyBackups, findStrayBackups, remainingBackups } from './backups.ts'
import { makeDefaultConfig } from './default-config.ts'
import { homeFontFolders } from './fonts.ts'
import { highestFolder } from './highest-folder.ts'
import { linkTo } from './link-or-copy.ts'
import { foldersBetween, type MirrorOptions, mirrorFolder, mirrorOverlays } from './mirror.ts'
import { workspacePrefix, writeOwner } from './stale-workspaces.ts'

export interface WorkspaceOptions {
  /** From makeRunConfig. */
  runConfigText: string
  /** Mapping name -> ratingKeys of its targets and their ancestors. Kometa may need their backups. */
  ratingKeysByLibrary: ReadonlyMap<string, readonly string[]>
  /** The folder of all workspaces, made with mode 0700. */
  parentDir: string
  /** This process. The next start removes a workspace whose owner is dead. */
  owner: ProcessIdentity
  /** `--keep-workspace`: neither dispose nor the next start removes the workspace. */
  keep?: boolean
  /** The X-Plex-Client-Identifier of Kometa if the user has no UUID file. */
  clientIdentifier?: string
  /** The home folder whose fonts are linked into the private HOME. */
  userHome?: string
}

/** The private, disposable folder that Kometa runs in. Dispose removes it. */
export interface Workspace extends AsyncDisposable {
  dir: string
  /** What Kometa takes for its config folder. It contains logs/meta.log and overlays/. */
  configDir: string
  /** kometa_run.yml, for `--config`. */
  configPath: string
  /** Kometa's working directory. */
  cwd: string
  /** The folder that Kometa is started from. The config beside its code is there already, and is the run config too. */
  kometaDir: string
  /** What Kometa takes for its config folder when it has lost its arguments. It lies within `kometaDir`. */
  defaultConfigDir: string
  /** HOME. */
  home: string
  /** Paths in the workspace and the user's paths that they stand for, to translate messages that name a path. */
  userPlaces: readonly (readonly [inside: string, users: string])[]
  /** Kometa's cache of this config. */
  cachePath: string
  /** The copied clean originals, by `backupKey`. */
  backups: ReadonlyMap<string, CopiedBackup>
  /** The user's backups under an earlier name of a library, by `backupKey`. Kometa does not find them. */
  strayBackups: ReadonlyMap<string, string>
  /**
   * What Kometa left of the originals, by `backupKey`. It removes one when it draws on an asset or restores a
   * poster (overlays.py:181-189, 717-719).
   */
  backupsLeft(): Promise<Map<string, BackupLeft>>
  warnings: readonly string[]
}

const emptyOverlay = 'overlays:\n  kometa-preview-nothing:\n    overlay:\n      name: blur(1)\n'

/**
 * Makes a workspace with mode 0700; files with secrets get 0600, whatever the umask. By links, its working
 * directory reads as the user's own. Nothing that Kometa writes, removes or renames there reaches the user's
 * folders. Nothing in it holds the real token.
 */
export async function createWorkspace(config: JobConfig, options: WorkspaceOptions): Promise<Workspace> {
  const parentDir = resolve(options.parentDir)
  await mkdir(parentDir, { recursive: true, mode: 0o700 })
  const dir = await mkdtemp(join(parentDir, workspacePrefix))
  const workspace = async (): Promise<Workspace> => {
    // mkdtemp asks for 0700, but an ACL or a foreign file system may set another mode.
    await chmod(dir, 0o700)
    await writeOwner(dir, options.owner, options.keep === true)
    return fill(config, options, dir, parentDir)
  }
  try {
    return await workspace()
  } catch (error) {
    await remove(dir)
    throw error
  }
}

async function fill(config: JobConfig, options: WorkspaceOptions, dir: string, parentDir: string): Promise<Workspace> {
  const warnings: string[] = []
  const places = await findPlaces(config, dir)
  const { top, tree, cwd, configDir } = places
  const assets = await mirrorUserFiles(
    config,
    places,
    await mirrorOptions(config, options, places, parentDir, warnings),
  )
  const overlays = join(configDir, 'overlays')
  const userOverlays = join(config.kometaConfigDir, 'overlays')
  const { ratingKeysByLibrary, runConfigText } = options
  const backups = await copyBackups(userOverlays, overlays, ratingKeysByLibrary, config.reach)

  const configPath = join(configDir, 'kometa_run.yml')
  await writePrivately(configPath, runConfigText)
  await writePrivately(join(cwd, emptyOverlayFile), emptyOverlay)
  const uuid = clientIdentifier(config, options)
  await writePrivately(join(configDir, 'UUID'), uuid)
  const kometaDir = join(dir, 'kometa')
  const defaultConfigDir = await makeDefaultConfig(kometaDir, { runConfigText, clientIdentifier: uuid, configDir })
  const home = join(dir, 'home')
  await makeHome(home, options.userHome ?? homedir())
  const mappingNames = config.libraries.map(({ mappingName }) => mappingName)
  return {
    ...{ dir, configDir, configPath, cwd, kometaDir, defaultConfigDir, home, backups, warnings },
    userPlaces: await withRealPaths([
      ...assets,
      [configPath, config.configPath],
      [configDir, config.configDir],
      [cwd, resolve(config.kometaCwd)],
      [tree, top],
    ]),
    cachePath: join(configDir, 'kometa_run.cache'),
    strayBackups: await findStrayBackups(userOverlays, ratingKeysByLibrary, mappingNames, config.reach),
    backupsLeft: () => remainingBackups(overlays, ratingKeysByLibrary, backups),
    async [Symbol.asyncDispose]() {
      if (options.keep !== true) await remove(dir)
    },
  }
}

interface WorkspacePlaces {
  /** The user's folder that `tree` mirrors. It lies above the working directory if a path leads there by `../../`. */
  top: string
  tree: string
  cwd: string
  configDir: string
  /** Whether `configDir` lies in `tree`. */
  isConfigInTree: boolean
}

async function findPlaces(config: JobConfig, dir: string): Promise<WorkspacePlaces> {
  const top = await highestFolder(config)
  const tree = join(dir, 'cwd')
  const isConfigInTree = config.configDir === top || foldersBetween(top, config.configDir).length > 0
  return {
    ...{ top, tree, isConfigInTree, cwd: join(tree, relative(top, resolve(config.kometaCwd))) },
    configDir: isConfigInTree ? join(tree, relative(top, config.configDir)) : join(dir, 'config'),
  }
}

async function mirrorOptions(
  config: JobConfig,
  { ratingKeysByLibrary }: WorkspaceOptions,
  { top }: WorkspacePlaces,
  parentDir: string,
  warnings: string[],
): Promise<MirrorOptions> {
  const userCwd = resolve(config.kometaCwd)
  return {
    homes: new Set([config.configDir, join(userCwd, 'config')]),
    realFolders: new Set([...foldersBetween(top, userCwd), ...foldersBetween(top, config.configDir)]),
    hidden: new Set([parentDir, ...config.sourceFiles, ...(await Promise.all(config.sourceFiles.map(realPath)))]),
    ratingKeys: new Set([...ratingKeysByLibrary.values()].flat()),
    reach: config.reach,
    warnings,
  }
}

/**
 * Mirrors the working directory, the config folder and its overlays. Returns the copies of asset folders and their
 * originals.
 */
async function mirrorUserFiles(
  config: JobConfig,
  { top, tree, cwd, configDir, isConfigInTree }: WorkspacePlaces,
  mirror: MirrorOptions,
): Promise<[copy: string, from: string][]> {
  await mirrorFolder(top, tree, mirror)
  // Kometa writes AniDB's cache to <working directory>/config, wherever the config is (anidb.py:27).
  await mkdir(join(cwd, 'config'), { recursive: true, mode: 0o700 })
  if (!isConfigInTree) await mirrorFolder(config.configDir, configDir, mirror)
  const assets = [...config.assetCopies].map(([from, name]): [string, string] => [join(cwd, name), from])
  for (const [copy, from] of assets) await copyAssets(from, copy, config.reach, mirror.warnings)
  const overlays = join(configDir, 'overlays')
  await mkdir(overlays, { recursive: true, mode: 0o700 })
  if (config.kometaConfigDir !== config.configDir)
    await mirrorOtherOverlays(join(config.kometaConfigDir, 'overlays'), overlays, mirror)
  return assets
}

const realPath = (path: string): Promise<string> => realpath(path).catch(() => path)

/** Python reports its working directory by the real path, whatever link led there. */
async function withRealPaths(places: readonly (readonly [string, string])[]): Promise<[string, string][]> {
  const real = await Promise.all(
    places.map(async ([inside, users]): Promise<[string, string]> => [await realPath(inside), users]),
  )
  return [...places.map(([inside, users]): [string, string] => [inside, users]), ...real]
}

/** `--kometa-config-dir`: the overlay images of that folder replace those beside the config. */
async function mirrorOtherOverlays(userOverlays: string, overlays: string, mirror: MirrorOptions): Promise<void> {
  await rm(overlays, { recursive: true, force: true })
  await mirrorOverlays(userOverlays, overlays, mirror)
}

/** Runs share one identifier, so that Plex lists one device and not one per run (kometa.py:333-347). */
const clientIdentifier = (config: JobConfig, options: WorkspaceOptions): string =>
  config.clientIdentifier ?? options.clientIdentifier ?? randomUUID()

async function writePrivately(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  await chmod(path, 0o600)
}

async function makeHome(home: string, userHome: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  for (const parts of homeFontFolders(process.platform)) {
    await mkdir(join(home, ...parts.slice(0, -1)), { recursive: true, mode: 0o700 })
    await linkTo(join(userHome, ...parts), join(home, ...parts))
  }
}

/** rm removes links, never what they point at. */
async function remove(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 3 })
}
