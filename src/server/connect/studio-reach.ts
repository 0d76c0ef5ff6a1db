import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createReach, type Reach, type ReachArea } from '../../config/reach/reach.ts'
import { homeFontFolders, systemFontFolders } from '../../config/workspace/fonts.ts'
import { installsFolder } from '../../kometa/install/installed.ts'
import { isWithin } from '../../util/files/is-within.ts'

/**
 * What a config may read that came from a browser: a pasted one, an edit, one of a job folder. `own`: the folder that it lies in.
 * `kometaDir`: where Kometa's defaults, images and fonts are.
 */
export type ReachOf = (own: string, kometaDir: string | null) => Promise<Reach>

export interface StudioReachOptions {
  allowedFolders: readonly string[]
  /** Ours: nothing in it is anybody's to read, but for the Kometas that `setup` has put there. */
  dataDir: string
  env: NodeJS.ProcessEnv
}

export function createStudioReach({ allowedFolders, dataDir, env }: StudioReachOptions): ReachOf {
  const folders = [...new Set(allowedFolders.map((folder) => resolve(folder)))]
  const installs = resolve(installsFolder(dataDir))
  return async (own, kometaDir) => {
    const areas: ReachArea[] = [
      { folder: own },
      ...folders.map((folder) => ({ folder, except: [dataDir] })),
      ...(folders.some((folder) => isWithin(installs, folder)) ? [{ folder: installs }] : []),
      ...(kometaDir === null ? [] : await codeAreas(kometaDir)),
      ...fontFolders(env).map((folder) => ({ folder })),
    ]
    const named = folders.length === 0 ? 'none' : folders.join(', ')
    return createReach(
      areas,
      `A config that was pasted or edited here may read the folders that are allowed (${named}), the fonts of this machine and what Kometa brings along. What lies elsewhere counts as missing: start Kometa Preview with --allow-folder to allow a folder.`,
    )
  }
}

/** Its own config folder is the user's. */
async function codeAreas(kometaDir: string): Promise<ReachArea[]> {
  const script = await realpath(join(kometaDir, 'kometa.py')).catch(() => null)
  const folders = new Set([kometaDir, ...(script === null ? [] : [dirname(script)])])
  return [...folders].map((folder) => ({ folder, except: [join(folder, 'config')] }))
}

/** What is installed here, to be named in any config. */
function fontFolders(env: NodeJS.ProcessEnv): string[] {
  const home = homedir()
  return [
    ...systemFontFolders(env, process.platform, home),
    ...homeFontFolders(process.platform).map((parts) => join(home, ...parts)),
  ]
}
