import { writeJobFile } from '../../config/read/job-file.ts'
import { removeStaleWorkspaces } from '../../config/workspace/stale-workspaces.ts'
import type { PreviewTarget } from '../../contract/preview.ts'
import { removeTemporaryFiles } from '../../proxy/capture/folders.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { JobGuard } from '../around-kometa/guard.ts'
import type { CheckedInput } from '../inputs/check-input.ts'
import type { JobTarget } from '../targets/job-target.ts'
import { type JobFolder, removeEarlierResults } from './job-folder.ts'
import { endLeftover } from './leftover.ts'
import { workspacesOf } from './workspaces.ts'

/** Removes what earlier runs left: results in this job folder, workspaces, and a Kometa whose tool is dead. */
export async function clearEarlierRuns(
  { request, chosen }: CheckedInput,
  folder: JobFolder,
  { runner }: Pick<JobGuard, 'runner'>,
  log: JobLog,
): Promise<void> {
  const { targets } = chosen
  // This comes first: it refuses a folder that belongs to another job, whose results must then stay.
  if (request.writeJobFile) await writeJobFile(folder.files, request.config, targets.map(previewTargetOf))
  const stems = targets.map(({ outputStem }) => outputStem)
  for (const note of await removeEarlierResults(folder, stems)) log.warning(note)
  await removeTemporaryFiles(folder.files)
  await runner.endLeftovers()
  await removeStaleWorkspaces(workspacesOf(request.dataDir), endLeftover)
}

/** The target as preview.yml names it. */
function previewTargetOf({ id, ratingKey, title, type, library }: JobTarget): PreviewTarget {
  return {
    ...{ id, title, ratingKey: ratingKey ?? undefined },
    ...(type === null ? {} : { type }),
    ...(library === null ? {} : { library }),
  }
}
