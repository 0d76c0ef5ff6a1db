import type { BackupLeft, CopiedBackup } from '../../config/workspace/backups.ts'
import type { CacheUse } from '../../kometa/cache/real-run.ts'
import type { KometaOutcome } from '../../kometa/log/outcome/kometa-outcome.ts'
import type { KometaExit } from '../../kometa/process/process.ts'

/** One Kometa process: what it was given, and what came of it by its own words. */
export interface KometaRun {
  /** Mapping names of its libraries. */
  libraries: readonly string[]
  exit: KometaExit
  record: KometaOutcome
  /** What differs between the user's config and the run config, in words. */
  changes: readonly string[]
  warnings: readonly string[]
  /** Where its logs are kept, in the job. */
  logs: string
  /** By `backupKey`, the clean originals that were copied in. */
  backups: ReadonlyMap<string, CopiedBackup>
  /** Those of them that bear Kometa's mark. */
  overlaidBackups: ReadonlySet<string>
  /** By `backupKey`, the user's files under an earlier name of a library. */
  strayBackups: ReadonlyMap<string, string>
  /** Mapping names of the libraries that have an asset folder. */
  withAssets: ReadonlySet<string>
  /** By `backupKey`, what Kometa left of the originals. */
  backupsLeft: ReadonlyMap<string, BackupLeft>
  /** By mapping name, what Kometa's cache is in a real run. */
  cacheOf(mapping: string): CacheUse
}
