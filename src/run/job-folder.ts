import { mkdir } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'

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
  for (const sub of [folder.inputDir, folder.outputDir, folder.logsDir]) await mkdir(sub, { recursive: true })
  return folder
}
