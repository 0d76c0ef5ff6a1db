import { stat } from 'node:fs/promises'
import { basename, join, parse } from 'node:path'
import type { JobConfig } from '../read/user-config.ts'
import { get } from '../yaml/yaml-value.ts'

/** Kometa uses its default, true, for every value that is no boolean (config.py:639). */
export const usesCache = ({ document }: Pick<JobConfig, 'document'>): boolean =>
  get(document, 'settings', 'cache') !== false

/**
 * Finds Kometa's cache of this config, which is named after the config (cache.py:15). null: Kometa has not made one
 * yet.
 */
export async function findUserCache(config: JobConfig): Promise<{ path: string; bytes: number } | null> {
  const { configPath, kometaConfigDir, reach } = config
  // A preview.yml with libraries of its own stands for an unnamed config.yml.
  const stem = basename(configPath) === 'preview.yml' ? 'config' : parse(configPath).name
  const path = join(kometaConfigDir, `${stem}.cache`)
  const found = await reach.way(path)
  const info = found === null ? null : await stat(found).catch(() => null)
  // Kometa replaces an empty cache with a new one.
  return info?.isFile() && info.size > 0 ? { path, bytes: info.size } : null
}
