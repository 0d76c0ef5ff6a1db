import { realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createReach, type Reach, type ReachArea } from '../../config/reach/reach.ts'
import { homeFontFolders, systemFontFolders } from '../../config/workspace/fonts.ts'
import { installsFolder } from '../../kometa/install/installed.ts'
import { isWithin } from '../../util/files/is-within.ts'

/**
 * What a config may read that is not the user's own file: a pasted config, an edit, the config of a job folder. `own`
 * is the folder that the config is in; `kometaDir` holds Kometa's defaults, images and fonts.
 */
export type ReachOf = (own: string, kometaDir: string | null) => Promise<Reach>

export interface StudioReachOptions {
  allowedFolders: readonly string[]
  /** Our own folder. Nothing in it may be read, except the Kometas that `setup` has installed there. */
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
      [
        `A config that was pasted or edited here may read the allowed folders (${named}),`,
        "the fonts of this machine and Kometa's own files. Files elsewhere count as missing:",
        'start Kometa Preview with --allow-folder to allow a folder.',
      ].join(' '),
    )
  }
}

/** Kometa's code without its config folder, which holds the user's files. */
async function codeAreas(kometaDir: string): Promise<ReachArea[]> {
  const script = await realpath(join(kometaDir, 'kometa.py')).catch(() => null)
  const folders = new Set([kometaDir, ...(script === null ? [] : [dirname(script)])])
  return [...folders].map((folder) => ({ folder, except: [join(folder, 'config')] }))
}

/** The fonts that are installed, which any config may name. */
function fontFolders(env: NodeJS.ProcessEnv): string[] {
  const home = homedir()
  return [
    ...systemFontFolders(env, process.platform, home),
    ...homeFontFolders(process.platform).map((parts) => join(home, ...parts)),
  ]
}
