import type { JobStreamEvent } from '../../../contract/api/api-events.ts'
import type { JobEvent } from '../../../contract/events.ts'
import { imageTypes } from '../../../contract/kinds.ts'
import { jobFolders } from '../../../run/job-folder/job-folder.ts'
import { describePicture } from '../../../run/pictures/picture.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { listJobFiles } from '../files/job-files.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { imageOf, imageOfCapture, waitingTarget } from '../view/job-view.ts'
import type { JobStream } from './job-stream.ts'

/** Passes on what a job tells. */
export function tell(stream: JobStream, event: JobEvent): void {
  switch (event.type) {
    case 'phase':
      stream.emit({ type: 'phase', phase: event.phase, at: event.at })
      break
    case 'progress':
      stream.progress(event)
      break
    case 'log':
      stream.log({ source: event.source, level: event.level, text: event.text, at: event.at })
      break
    case 'capture': {
      const { capture, targetId } = event
      const { rating_key: ratingKey, kind, timestamp: at, saved_path: path } = capture
      const told: JobStreamEvent = { type: 'capture', targetId, ratingKey, kind, image: imageOfCapture(capture), at }
      stream.emit(told, path ?? undefined)
      break
    }
    case 'end':
      // The record is written first; `finish` tells it.
      break
  }
}

/** Shows the before pictures as soon as they are there: when the phase that fetches them is over. */
export function createBeforeWatch(
  record: JobRecord,
  job: Beneath,
  stream: JobStream,
  onFailure: (error: unknown) => void,
) {
  let shown: Promise<void> | null = null
  const show = async () => {
    const paths = new Set(listJobFiles(job, jobFolders.input).map((file) => file.path))
    for (const target of record.targets) {
      const type = imageTypes.find((ending) => paths.has(`${jobFolders.input}/${target.id}_before.${ending}`))
      if (!type) continue
      const path = `${jobFolders.input}/${target.id}_before.${type}`
      const before = imageOf(await describePicture(job, path, type))
      if (!before) continue
      stream.emit({ type: 'target', target: { ...waitingTarget(target), before } }, path)
    }
  }
  return {
    phase(phase: string) {
      if (phase !== 'check' && phase !== 'before') shown ??= show().catch(onFailure)
    },
    done: () => shown ?? Promise.resolve(),
  }
}
