import { createJobLog, type JobLog } from '../../util/job-log.ts'
import type { CheckedInput } from '../inputs/check-input.ts'
import { type JobFolder, jobFolders, openJobFolder } from './job-folder.ts'
import { acquireJobLock } from './job-lock.ts'

/** Makes the job folder if it does not exist, and locks it until it is disposed. JOB_IN_USE if another run has it. */
export async function takeJobFolder(dir: string, ours: string): Promise<JobFolder & AsyncDisposable> {
  const folder = await openJobFolder(dir, ours)
  const lock = await acquireJobLock(folder.files)
  return { ...folder, [Symbol.asyncDispose]: () => lock[Symbol.asyncDispose]() }
}

/** The job's own log. It begins with all that the check of the input found. */
export function openJobLog({ files, note }: JobFolder, { request, redactor, warnings }: CheckedInput): JobLog {
  const log = createJobLog({
    file: { files, path: `${jobFolders.logs}/preview.log` },
    redactor,
    onLine: (line) => {
      request.onLine(line)
      request.onEvent({ type: 'log', source: 'preview', ...line })
    },
  })
  for (const text of request.renderer.notes ?? []) log.info(text)
  if (note !== null) log.info(note)
  for (const warning of warnings) log.warning(warning)
  return log
}
