import { lstat, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { JobConfig } from '../user-config.ts'

/** Where versions before this one kept the secrets of a pasted config, in the job's own folder. */
export const oldSecretStore = '.secrets.json'

/** Files with secrets of the user's, which a workspace leaves out: each under its own path and under that of the file itself. */
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
