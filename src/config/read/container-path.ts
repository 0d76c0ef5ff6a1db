import { join, relative } from 'node:path'
import type { Reach } from '../reach/reach.ts'

/**
 * Explains a missing path that is written for Kometa's container, where the config folder is `/config`, whatever
 * its name outside. Names the file on this machine and how to run the preview. Empty if no such file exists.
 */
export async function containerHint(
  path: string,
  { configDir, configPath, reach }: { configDir: string; configPath: string; reach: Reach },
): Promise<string> {
  const rest = /^\/?config[\\/](.+)$/.exec(path)?.[1]
  if (rest === undefined) return ''
  const twin = join(configDir, rest)
  if (!(await reach.exists(twin))) return ''
  const linked = `DIR/config/${relative(configDir, configPath)}`
  const how = path.startsWith('/')
    ? 'write that path, or one relative to the folder that Kometa is started in'
    : `run the preview through a link of that name: ln -s ${configDir} DIR/config, then --config ${linked}`
  return `; ${twin} is there: in Kometa's container "config/" is the folder of config.yml. On this machine ${how}`
}
