import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { linkTo } from './link-or-copy.ts'

/** Kometa's names for the config beside its code and for the folder of it (kometa.py:81, config.py:249). */
const folderName = 'config'
export const defaultConfigName = 'config.yml'

export interface DefaultConfigOptions {
  runConfigText: string
  clientIdentifier: string
  /** The config folder of the run. */
  configDir: string
}

/**
 * The folder that Kometa takes for its config folder when nobody names one. Its config.yml is the run config, its log
 * and its pictures are those of the run, and nothing of the user's lies in it: a Kometa that has lost its arguments and
 * its environment still runs what it was to run. Answers with that folder, which lies in `kometaDir`.
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
