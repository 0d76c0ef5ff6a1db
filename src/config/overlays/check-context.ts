import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import type { JobConfig } from '../read/user-config.ts'
import { fontNames, systemFontFolders } from '../workspace/fonts.ts'

export interface CheckOptions {
  /** Mapping names of the libraries that hold a target. */
  libraries: readonly string[]
  /** The Kometa checkout. Without it, `default` files and Kometa's own fonts are assumed to exist. */
  kometaDir?: string | null
  env: NodeJS.ProcessEnv
}

/** What the checks of one job share. */
export interface CheckContext {
  config: JobConfig
  kometaDir: string | null
  /** Whether a `font:` names a file, a font of Kometa or a font of the system. */
  hasFont(font: string): Promise<boolean>
  /** Resolves a path of the config or of an overlay file as Kometa does: against its working directory. */
  resolve(path: string): string
}

export function createCheckContext(
  config: JobConfig,
  { kometaDir = null, env }: Omit<CheckOptions, 'libraries'>,
): CheckContext {
  let names: Promise<Set<string> | null> | undefined
  const resolvePath = (path: string): string => resolve(config.kometaCwd, path)
  return {
    config,
    kometaDir,
    resolve: resolvePath,
    async hasFont(font) {
      if (await config.reach.exists(resolvePath(font))) return true
      if (kometaDir === null) return true
      // overlay.py:317-331: Kometa looks beside its code, then by name among the fonts of the system and its own.
      if (!isAbsolute(font) && (await config.reach.exists(join(kometaDir, font)))) return true
      names ??= fontNames([join(kometaDir, 'fonts'), ...systemFontFolders(env, process.platform, homedir())])
      const known = await names
      return known === null || known.has(font)
    },
  }
}
