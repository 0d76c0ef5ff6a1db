import { join } from 'node:path'
import type { JobConfig } from '../../config/read/user-config.ts'
import { listUsedFiles, type UsedFiles } from '../../config/workspace/used-files.ts'
import { readYamlFile } from '../../config/yaml/yaml-read.ts'
import { AppError } from '../../contract/errors.ts'
import type { Summary } from '../../contract/summary.ts'
import type { JobRequest } from '../inputs/request.ts'
import { openRemembered } from '../reuse/remembered.ts'
import { runJob } from '../run.ts'
import { type FileStates, readFileStates } from './file-states.ts'
import { waitForChange } from './wait-for-change.ts'

export interface WatchOptions {
  /** What stays the same from preview to preview. All previews go into one job folder. */
  request: Omit<JobRequest, 'config' | 'remembered'>
  /** Reads the config again. */
  load(): Promise<JobConfig>
  /** A preview has ended. `differs` names the targets whose picture has changed; null for the first preview. */
  onPreview(summary: Summary, differs: readonly string[] | null): void
  /** The wait for a change begins. `files` is the number of watched files. */
  onWaiting(files: number): void
  /** These files have changed, and a preview begins. */
  onChange(paths: readonly string[]): void
  /** An edit that cannot be used as it is. */
  onProblem(error: AppError): void
}

/**
 * Previews, waits until a file that the preview used has changed, and previews again, until the request's signal
 * aborts. Answers from Plex are kept from one preview to the next. An edit that cannot be used is reported, and the
 * next edit is awaited. Resolves with the last summary. An error before the first preview is thrown, as by `runJob`.
 */
export async function watchJob(options: WatchOptions): Promise<Summary> {
  const { request } = options
  const { signal, renderer } = request
  await using remembered = await openRemembered(join(request.dataDir, 'workspaces'), { lasting: true })

  const preview = async (config: JobConfig): Promise<Summary> => runJob({ ...request, config, remembered })
  let config = await options.load()
  let used = await listUsedFiles(config, renderer.dir)
  let states = await readFileStates(used)
  let last = await preview(config)
  options.onPreview(last, null)

  let broken: readonly string[] = []
  while (!signal.aborted) {
    options.onWaiting(used.files.length)
    const { changed, now } = await waitForChange(used, states, signal)
    if (signal.aborted) break
    states = now
    options.onChange(changed)
    try {
      const doubtful = [...new Set([...broken, ...changed])].filter((path) => now.has(path))
      broken = doubtful
      await checkYaml(doubtful)
      broken = []
      config = await options.load()
      used = await listUsedFiles(config, renderer.dir)
      states = joined(states, await readFileStates(used), used)
      const summary = await preview(config)
      options.onPreview(summary, differing(last, summary))
      last = summary
    } catch (error) {
      if (signal.aborted) break
      if (!(error instanceof AppError)) throw error
      options.onProblem(error)
    }
  }
  return last
}

/** An edited config may name other files. For known files the older state counts, so that no change is missed. */
function joined(before: FileStates, now: FileStates, { files }: UsedFiles): FileStates {
  const kept = [...before].filter(([path]) => now.has(path) || files.includes(path))
  return new Map([...now, ...kept])
}

/** Throws CONFIG_INVALID_YAML for a half-finished edit: Kometa would leave the file out and draw without it. */
async function checkYaml(paths: readonly string[]): Promise<void> {
  for (const path of paths) if (/\.ya?ml$/i.test(path)) await readYamlFile(path)
}

/** Titles of the targets whose picture has changed. */
function differing(before: Summary, now: Summary): string[] {
  const pictures = new Map(before.targets.map(({ id, after }) => [id, after?.sha256]))
  return now.targets.filter(({ id, after }) => pictures.get(id) !== after?.sha256).map(({ title }) => title)
}
