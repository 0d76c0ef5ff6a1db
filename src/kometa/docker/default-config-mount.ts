import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { defaultConfigName } from '../../config/workspace/default-config.ts'
import type { Mount } from './docker-mounts.ts'

/** The folder in an image that Kometa takes for its config folder when no config is named (kometa.py:81). */
export const defaultFolderOf = (image: { dir: string }): string => posix.join(image.dir, 'config')

/**
 * Mounts our folder, whose config.yml is the run config, over that folder. If the user's own folder has to be mounted
 * there because their paths lead into it, our config.yml is mounted over theirs, and the `empty` file over their .env.
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
    // The user's files are mounted at their own paths, and nothing can be mounted over a missing file in a read-only
    // folder.
    if (await exists(file.target)) others.push(file)
  }
  return others
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
