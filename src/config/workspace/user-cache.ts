import { stat } from 'node:fs/promises'
import { basename, join, parse } from 'node:path'
import type { JobConfig } from '../read/user-config.ts'
import { get } from '../yaml/yaml-value.ts'

/** Kometa takes its own default, true, for all that is no boolean (config.py:639). */
export const usesCache = ({ document }: Pick<JobConfig, 'document'>): boolean =>
  get(document, 'settings', 'cache') !== false

/** Kometa's cache of this config, which is named after it (cache.py:15); null when Kometa has made none yet. */
export async function findUserCache(config: JobConfig): Promise<{ path: string; bytes: number } | null> {
  const { configPath, kometaConfigDir, reach } = config
  // The libraries of a preview.yml are those of a config.yml that is not named.
  const stem = basename(configPath) === 'preview.yml' ? 'config' : parse(configPath).name
  const path = join(kometaConfigDir, `${stem}.cache`)
  const found = await reach.way(path)
  const info = found === null ? null : await stat(found).catch(() => null)
  // Kometa makes a new one of an empty file, too.
  return info?.isFile() && info.size > 0 ? { path, bytes: info.size } : null
}
