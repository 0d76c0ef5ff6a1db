import { access, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

/** The places of a config in a folder: in Kometa's config folder, or in Kometa's own folder. */
export const configsOfFolder = ['config.yml', join('config', 'config.yml')] as const

/** Expands `~` as a shell does. No shell has seen a path that was typed into a form or stands behind `--config=`. */
export function expandHome(path: string, env: NodeJS.ProcessEnv): string {
  if (!/^~(?:[\\/]|$)/.test(path)) return path
  return join(env.HOME || env.USERPROFILE || homedir(), path.slice(1))
}

/** Finds the config that the user's words name. A folder stands for the config in it. */
export async function findConfig(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  const named = resolve(expandHome(path, env))
  if (!(await isFolder(named))) return named
  for (const name of configsOfFolder) if (await exists(join(named, name))) return join(named, name)
  throw new AppError('CONFIG_UNREADABLE', `${named} is a folder, and there is no config.yml in it`, {
    hint: 'Name the config itself: a file that ends with .yml.',
  })
}

export const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() === true

/** Finds the preview.yml of a prepared job: DIR/config/preview.yml or DIR/preview.yml. Throws JOB_NOT_FOUND. */
export async function findPreviewFile(
  jobDir: string,
  reader: { exists(path: string): Promise<boolean> },
): Promise<string> {
  const places = [join(resolve(jobDir), 'config', 'preview.yml'), join(resolve(jobDir), 'preview.yml')]
  for (const place of places) if (await reader.exists(place)) return place
  throw new AppError('JOB_NOT_FOUND', `There is no preview.yml in ${resolve(jobDir)} or its config folder`)
}

/**
 * The folder that Kometa is started in by default: the parent of a folder named `config`, else the config's own
 * folder.
 */
export function defaultKometaCwd(configDir: string): string {
  return basename(configDir) === 'config' ? dirname(configDir) : configDir
}

/** The X-Plex-Client-Identifier in the text of Kometa's UUID file: its first line with text (kometa.py:333-345). */
export function uuidIn(text: string): string | undefined {
  const line = text
    .split(/\r?\n/)
    .map((each) => each.trim())
    .find((each) => each !== '')
  return line !== undefined && /^[\w-]{8,64}$/.test(line) ? line : undefined
}
