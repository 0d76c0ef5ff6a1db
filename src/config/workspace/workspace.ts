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
  /** Mapping name -> ratingKeys of its targets and their ancestors, whose backups Kometa may need. */
  ratingKeysByLibrary: ReadonlyMap<string, readonly string[]>
  /** Where workspaces live; made 0700. */
  parentDir: string
  /** This process: `ownIdentity()` of src/run. A workspace whose owner is dead is removed by the next start. */
  owner: ProcessIdentity
  /** `--keep-workspace`: dispose leaves it, and so does the next start. */
  keep?: boolean
  /** X-Plex-Client-Identifier for Kometa where the user has no UUID file. */
  clientIdentifier?: string
  /** Whose fonts are linked into the private HOME. */
  userHome?: string
}

/** The private, disposable world that Kometa runs in. Dispose removes it. */
export interface Workspace extends AsyncDisposable {
  dir: string
  /** What Kometa takes for its config folder: logs/meta.log and overlays/ are here. */
  configDir: string
  /** kometa_run.yml, for `--config`. */
  configPath: string
  /** Kometa's working directory. */
  cwd: string
  /** Where Kometa is started from; the config beside its code, which is the run config once more, is there already. */
  kometaDir: string
  /** What Kometa takes for its config folder when it has lost its arguments; within `kometaDir`. */
  defaultConfigDir: string
  /** HOME. */
  home: string
  /** Places in it, and what of the user's stands behind each: for words that name a path. */
  userPlaces: readonly (readonly [inside: string, users: string])[]
  /** Where Kometa has its cache of this config. */
  cachePath: string
  /** By `backupKey`, the clean originals that were copied. */
  backups: ReadonlyMap<string, CopiedBackup>
  /** By `backupKey`, the user's files under an earlier name of a library, which Kometa does not find. */
  strayBackups: ReadonlyMap<string, string>
  /** By `backupKey`, what Kometa left of them: it removes one when it draws from an asset or restores (overlays.py:181-189, 717-719). */
  backupsLeft(): Promise<Map<string, BackupLeft>>
  warnings: readonly string[]
}

const emptyOverlay = 'overlays:\n  kometa-preview-nothing:\n    overlay:\n      name: blur(1)\n'

/**
 * Makes a workspace: 0700, files with secrets 0600, whatever the umask. Its working directory reads as the user's own, by
 * links; nothing that Kometa writes, removes or renames there reaches the user's folders. Nothing of it holds the real token.
 */
export async function createWorkspace(config: JobConfig, options: WorkspaceOptions): Promise<Workspace> {
  const parentDir = resolve(options.parentDir)
  await mkdir(parentDir, { recursive: true, mode: 0o700 })
  const dir = await mkdtemp(join(parentDir, workspacePrefix))
  const workspace = async (): Promise<Workspace> => {
    // mkdtemp asks for 0700, but an ACL or a foreign file system may have its own idea.
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
  const userCwd = resolve(config.kometaCwd)
  // Above the working directory, where a path of the user's leaves it by `../../`.
  const top = await highestFolder(config)
  const tree = join(dir, 'cwd')
  const cwd = join(tree, relative(top, userCwd))
  const inTree = config.configDir === top || foldersBetween(top, config.configDir).length > 0
  const configDir = inTree ? join(tree, relative(top, config.configDir)) : join(dir, 'config')
  const mirror: MirrorOptions = {
    homes: new Set([config.configDir, join(userCwd, 'config')]),
    realFolders: new Set([...foldersBetween(top, userCwd), ...foldersBetween(top, config.configDir)]),
    hidden: new Set([parentDir, ...config.sourceFiles, ...(await Promise.all(config.sourceFiles.map(realPath)))]),
    ratingKeys: new Set([...options.ratingKeysByLibrary.values()].flat()),
    reach: config.reach,
    warnings,
  }
  await mirrorFolder(top, tree, mirror)
  // AniDB's cache is written to <working directory>/config, wherever the config is (anidb.py:27).
  await mkdir(join(cwd, 'config'), { recursive: true, mode: 0o700 })
  if (!inTree) await mirrorFolder(config.configDir, configDir, mirror)

  const assets = [...config.assetCopies].map(([from, name]): [string, string] => [join(cwd, name), from])
  for (const [copy, from] of assets) await copyAssets(from, copy, config.reach, warnings)

  const overlays = join(configDir, 'overlays')
  await mkdir(overlays, { recursive: true, mode: 0o700 })
  const userOverlays = join(config.kometaConfigDir, 'overlays')
  if (config.kometaConfigDir !== config.configDir) await mirrorOtherOverlays(userOverlays, overlays, mirror)
  const backups = await copyBackups(userOverlays, overlays, options.ratingKeysByLibrary, config.reach)

  const configPath = join(configDir, 'kometa_run.yml')
  await writePrivately(configPath, options.runConfigText)
  await writePrivately(join(cwd, emptyOverlayFile), emptyOverlay)
  const uuid = clientIdentifier(config, options)
  await writePrivately(join(configDir, 'UUID'), uuid)
  const kometaDir = join(dir, 'kometa')
  const defaults = { runConfigText: options.runConfigText, clientIdentifier: uuid, configDir }
  const defaultConfigDir = await makeDefaultConfig(kometaDir, defaults)
  const home = join(dir, 'home')
  await makeHome(home, options.userHome ?? homedir())
  return {
    dir,
    configDir,
    configPath,
    cwd,
    kometaDir,
    defaultConfigDir,
    home,
    userPlaces: await withRealPaths([
      ...assets,
      [configPath, config.configPath],
      [configDir, config.configDir],
      [cwd, userCwd],
      [tree, top],
    ]),
    cachePath: join(configDir, 'kometa_run.cache'),
    backups,
    strayBackups: await findStrayBackups(
      userOverlays,
      options.ratingKeysByLibrary,
      config.libraries.map(({ mappingName }) => mappingName),
      config.reach,
    ),
    backupsLeft: () => remainingBackups(overlays, options.ratingKeysByLibrary, backups),
    warnings,
    async [Symbol.asyncDispose]() {
      if (options.keep !== true) await remove(dir)
    },
  }
}

const realPath = (path: string): Promise<string> => realpath(path).catch(() => path)

/** Python says where it is by the real path, whatever link led there. */
async function withRealPaths(places: readonly (readonly [string, string])[]): Promise<[string, string][]> {
  const real = await Promise.all(
    places.map(async ([inside, users]): Promise<[string, string]> => [await realPath(inside), users]),
  )
  return [...places.map(([inside, users]): [string, string] => [inside, users]), ...real]
}

/** `--kometa-config-dir`: overlay images of that folder count, over those beside the config. */
async function mirrorOtherOverlays(userOverlays: string, overlays: string, mirror: MirrorOptions): Promise<void> {
  await rm(overlays, { recursive: true, force: true })
  await mirrorOverlays(userOverlays, overlays, mirror)
}

/** One device in Plex, not one per run (kometa.py:333-347). */
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

/** Links are removed, what they point at is not. */
async function remove(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 3 })
}
