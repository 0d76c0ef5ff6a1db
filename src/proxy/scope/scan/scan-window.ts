import { ListingFault, maxElementBytes } from '../listing-fault.ts'

/**
 * Large enough for one chunk from undici plus one usual element, so that a listing of any size is scanned without
 * another allocation.
 */
const firstWindowBytes = 256 * 1024

/**
 * The unscanned part of a stream, in one reused buffer. New chunks are appended; scanned bytes are dropped by moving
 * the rest to the front. It can grow to `maxElementBytes` plus one chunk, however long the listing is.
 */
export interface ScanWindow {
  /** The unscanned bytes; valid until the next `append`. */
  readonly view: Buffer
  /** Drops the first `consumed` bytes and appends the chunk. */
  append(chunk: Uint8Array, consumed: number): void
}

export function createScanWindow(): ScanWindow {
  let memory = Buffer.allocUnsafeSlow(firstWindowBytes)
  let view = memory.subarray(0, 0)
  return {
    get view() {
      return view
    },
    append(chunk, consumed) {
      const kept = view.length - consumed
      const needed = kept + chunk.length
      if (needed > memory.length) {
        if (kept > maxElementBytes)
          throw new ListingFault(`an element of the listing is larger than ${maxElementBytes} bytes`)
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, memory.length * 2))
        memory.copy(larger, 0, consumed, view.length)
        memory = larger
      } else if (consumed > 0) {
        memory.copyWithin(0, consumed, view.length)
      }
      memory.set(chunk, kept)
      view = memory.subarray(0, needed)
    },
  }
}
