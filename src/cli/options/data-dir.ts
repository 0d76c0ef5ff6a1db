import { resolve } from 'node:path'
import envPaths from 'env-paths'

/** The folder for everything that Kometa Preview keeps: --data, KOMETA_PREVIEW_DATA, or the platform's data folder. */
export function dataDir(option: string | undefined, env: NodeJS.ProcessEnv): string {
  return resolve(option ?? env.KOMETA_PREVIEW_DATA ?? envPaths('kometa-preview', { suffix: '' }).data)
}

/** The name of a job folder without --out. It is the time, so that a listing shows the jobs in order. */
export function newJobName(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(':', '-').replace('T', '_')
}
