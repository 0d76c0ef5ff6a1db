import type { Capture } from '../../contract/records.ts'
import type { Picture } from '../../contract/summary.ts'
import { type JobFolder, jobFolders } from '../job-folder/job-folder.ts'
import type { JobTarget } from '../targets/job-target.ts'
import type { Before, BeforePictures } from './before-pictures.ts'
import { type MappedTarget, mapTarget } from './map-captures.ts'

export interface TargetOutput {
  target: JobTarget
  before: Before | undefined
  mapped: MappedTarget
  after: Picture | null
}

/** Maps captures to targets, and copies the bytes of each target's after picture into the output folder. */
export async function exportOutputs(
  targets: readonly JobTarget[],
  { captures, beforePictures }: { captures: readonly Capture[]; beforePictures: Pick<BeforePictures, 'of'> },
  folder: JobFolder,
): Promise<TargetOutput[]> {
  const outputs: TargetOutput[] = []
  for (const target of targets) {
    const mapped = mapTarget(target, captures)
    const before = beforePictures.of(target.id)
    outputs.push({ target, before, mapped, after: await exportOne(target, mapped, folder) })
  }
  return outputs
}

async function exportOne(target: JobTarget, { capture }: MappedTarget, folder: JobFolder): Promise<Picture | null> {
  if (capture?.saved_path == null || capture.type === null || capture.sha256 === null) return null
  const path = `${jobFolders.output}/${target.outputStem}.${capture.type}`
  await folder.files.copy(capture.saved_path, path)
  const { type, size_bytes, sha256, width, height } = capture
  return { path, type, size_bytes, sha256, width, height }
}
