import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { defaultConfigName } from '../../config/workspace/default-config.ts'
import type { Mount } from './docker-mounts.ts'

/** The folder beside the code of an image that Kometa takes for its config folder when nobody names one (kometa.py:81). */
export const defaultFolderOf = (image: { dir: string }): string => posix.join(image.dir, 'config')

/**
 * Puts our folder, whose config.yml is the run config, in the place of that folder. Where the user's own folder is
 * mounted there, since their paths lead into it, our config.yml takes the place of theirs, and `empty` that of their .env.
 */
export async function withDefaultConfig(
  mounts: readonly Mount[],
  image: { dir: string },
  { ours, empty }: { ours: string; empty: string },
): Promise<Mount[]> {
  const folder = defaultFolderOf(image)
  const isUsers = mounts.some(({ target }) => folder === target || folder.startsWith(`${target.replace(/\/$/, '')}/`))
  if (!isUsers) return [...mounts, { source: ours, target: folder, readOnly: false }]
  const files = [
    { source: posix.join(ours, defaultConfigName), target: posix.join(folder, defaultConfigName), readOnly: true },
    { source: empty, target: posix.join(folder, '.env'), readOnly: true },
  ]
  const others = mounts.filter(({ target }) => !files.some((file) => file.target === target))
  for (const file of files) {
    // The user's files are mounted at their own paths; nothing can be put where a folder that is read-only has nothing.
    if (await exists(file.target)) others.push(file)
  }
  return others
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
