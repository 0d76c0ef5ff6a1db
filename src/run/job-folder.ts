import { readFile, rm } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { parseJson } from '../util/parse-json.ts'
import { checksumsPath } from './checksums.ts'
import { makeUsableFolder } from './usable-folder.ts'

/** Where things stand in a job folder. The layout is a promise to users and scripts. */
export interface JobFolder {
  dir: string
  inputDir: string
  outputDir: string
  logsDir: string
  summaryPath: string
  /** The path as it stands in summary.json: relative to the job, with forward slashes on every platform. */
  relative(path: string): string
}

/** Makes the folders of a job. FOLDER_UNUSABLE when they cannot be written. */
export async function openJobFolder(dir: string): Promise<JobFolder> {
  const root = resolve(dir)
  const folder: JobFolder = {
    dir: root,
    inputDir: join(root, 'input'),
    outputDir: join(root, 'output'),
    logsDir: join(root, 'logs'),
    summaryPath: join(root, 'output', 'summary.json'),
    relative: (path) => relative(root, path).split(sep).join('/'),
  }
  for (const one of [root, folder.inputDir, folder.outputDir, folder.logsDir]) await makeUsableFolder(one)
  return folder
}

const earlier = z.object({
  exported_files: z.record(z.string(), z.string()).catch({}),
  captured_uploads: z
    .array(z.object({ saved_path: z.string().nullable(), other_paths: z.array(z.string()) }))
    .catch([]),
})

/**
 * A job that runs again starts without the results of its earlier run: a picture that is not of this run would be a
 * wrong one. Only what the earlier summary names is removed, and only inside the job's output folder.
 */
export async function removeEarlierResults(folder: JobFolder): Promise<void> {
  const text = await readFile(folder.summaryPath, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (text === null) return
  const parsed = earlier.safeParse(parseJson(text))
  const { exported_files = {}, captured_uploads = [] } = parsed.success ? parsed.data : {}
  const paths = [
    ...Object.values(exported_files),
    ...captured_uploads.flatMap(({ saved_path, other_paths }) => [saved_path ?? '', ...other_paths]),
  ]
  for (const path of paths) {
    const full = resolve(folder.dir, path)
    if (path !== '' && full.startsWith(folder.outputDir + sep)) await rm(full, { force: true })
  }
  await rm(folder.summaryPath, { force: true })
  await rm(join(folder.dir, checksumsPath), { force: true })
}
