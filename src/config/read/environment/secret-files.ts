import { lstat, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { JobConfig } from '../user-config.ts'

/** The file in which earlier versions kept the secrets of a pasted config, in the job folder. */
export const oldSecretStore = '.secrets.json'

/**
 * Files with the user's secrets, which a workspace leaves out. Each is listed under its own path and under its real
 * path.
 */
export async function secretFilesOf(
  { sourceFiles, configDir }: Pick<JobConfig, 'sourceFiles' | 'configDir'>,
  kometaDir: string | null = null,
): Promise<string[]> {
  const ofKometa = kometaDir === null ? [] : ['config.yml', '.env'].map((name) => join(kometaDir, 'config', name))
  const named = [...sourceFiles, join(configDir, '.env'), join(configDir, oldSecretStore), ...ofKometa]
  const paths = new Set<string>()
  for (const path of named) {
    const info = await lstat(path).catch(() => null)
    if (info === null) continue
    paths.add(resolve(path))
    paths.add(await realpath(path).catch(() => path))
  }
  return [...paths]
}
