import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { linkTo } from './link-or-copy.ts'

/** Kometa's names for the config beside its code and for the folder of this config (kometa.py:81, config.py:249). */
const folderName = 'config'
export const defaultConfigName = 'config.yml'

export interface DefaultConfigOptions {
  runConfigText: string
  clientIdentifier: string
  /** The config folder of the run. */
  configDir: string
}

/**
 * Makes the folder that Kometa takes for its config folder when it has lost its arguments and its environment. The
 * config.yml in it is the run config, its logs and pictures are those of the run, and none of the user's files are
 * in it: such a Kometa can still run nothing but the run config. Returns the folder, which lies in `kometaDir`.
 */
export async function makeDefaultConfig(kometaDir: string, options: DefaultConfigOptions): Promise<string> {
  const folder = join(kometaDir, folderName)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, defaultConfigName), options.runConfigText, { flag: 'wx', mode: 0o600 })
  await writeFile(join(folder, 'UUID'), options.clientIdentifier, { flag: 'wx', mode: 0o600 })
  for (const name of ['logs', 'overlays']) {
    const ours = join(options.configDir, name)
    await mkdir(ours, { recursive: true, mode: 0o700 })
    await linkTo(ours, join(folder, name))
  }
  return folder
}
