import type { JobStreamEvent } from '../../../contract/api/api-events.ts'
import type { JobEvent } from '../../../contract/events.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { imageOf, imageOfCapture, waitingTarget } from '../view/job-view.ts'
import type { JobStream } from './job-stream.ts'

/** Passes an event of a job on to its stream. */
export function tell(stream: JobStream, record: Pick<JobRecord, 'targets'>, event: JobEvent): void {
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
    case 'before': {
      const target = record.targets.find(({ id }) => id === event.targetId)
      const before = imageOf(event.picture)
      if (!target || !before) break
      stream.emit({ type: 'target', target: { ...waitingTarget(target), before } }, event.picture.path)
      break
    }
    case 'capture': {
      const { capture, targetId } = event
      const { rating_key: ratingKey, kind, timestamp: at, saved_path: path } = capture
      const told: JobStreamEvent = { type: 'capture', targetId, ratingKey, kind, image: imageOfCapture(capture), at }
      stream.emit(told, path ?? undefined)
      break
    }
    case 'end':
      // The end is told after the record has been written.
      break
  }
}
