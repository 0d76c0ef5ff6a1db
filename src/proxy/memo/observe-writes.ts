import type { ProxyRecorder } from '../recorder.ts'
import type { BelievedWrite } from './stale.ts'

/** A recorder that also tells of each blocked write, before the client hears that it succeeded. */
export function observeWrites(recorder: ProxyRecorder, wrote: (write: BelievedWrite) => void): ProxyRecorder {
  return {
    nextSeq: () => recorder.nextSeq(),
    captured: (capture) => recorder.captured(capture),
    refused: (read) => recorder.refused(read),
    forwarded: (read) => recorder.forwarded(read),
    blocked(write) {
      recorder.blocked(write)
      wrote({ method: write.method, path: write.path, query: write.query, ratingKey: write.rating_key })
    },
  }
}
