import type { JobConfig } from '../read/user-config.ts'

/** What the checks of one job share. */
export interface CheckContext {
  config: JobConfig
  kometaDir: string | null
  /** Whether a `font:` is a file, a font of Kometa or one of the system. */
  hasFont(font: string): Promise<boolean>
  /** A path of the config or of an overlay file, as Kometa resolves it: against its working directory. */
  resolve(path: string): string
}
