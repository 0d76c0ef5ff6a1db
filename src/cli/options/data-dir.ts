import { resolve } from 'node:path'
import envPaths from 'env-paths'

/** Where Kometa Preview keeps what is its own: the platform's data folder, KOMETA_PREVIEW_DATA, or --data. */
export function dataDir(option: string | undefined, env: NodeJS.ProcessEnv): string {
  return resolve(option ?? env.KOMETA_PREVIEW_DATA ?? envPaths('kometa-preview', { suffix: '' }).data)
}

/** Where a job goes when --out does not say: named by the time it began, so that a listing shows them in order. */
export function newJobName(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(':', '-').replace('T', '_')
}
