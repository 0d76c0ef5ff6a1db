import { join, relative } from 'node:path'
import type { Reach } from '../reach/reach.ts'

/**
 * In Kometa's container the config's own folder is `/config`, whatever it is called outside. For a path that is written so and not there,
 * what stands behind it on this machine and how to call the preview; '' where nothing does.
 */
export async function containerHint(
  path: string,
  { configDir, configPath, reach }: { configDir: string; configPath: string; reach: Reach },
): Promise<string> {
  const rest = /^\/?config[\\/](.+)$/.exec(path)?.[1]
  if (rest === undefined) return ''
  const twin = join(configDir, rest)
  if (!(await reach.exists(twin))) return ''
  const how = path.startsWith('/')
    ? 'write that path, or one relative to the folder that Kometa is started in'
    : `call the preview through a link of that name: ln -s ${configDir} DIR/config, then --config DIR/config/${relative(configDir, configPath)}`
  return `; ${twin} is there: in Kometa's container "config/" is the folder of config.yml. On this machine ${how}`
}
