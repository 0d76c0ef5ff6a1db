import { limits } from '../../limits.ts'

/** The newest frames of a running job, so that a window that comes back needs no file. */
export interface FrameMemory {
  keep(id: number, frame: Buffer): void
  /** Whether every frame after this id is here. */
  hasAllAfter(id: number): boolean
  between(after: number, upTo: number): Buffer[]
}

export function createFrameMemory(): FrameMemory {
  let kept: { id: number; frame: Buffer }[] = []
  let bytes = 0
  return {
    keep(id, frame) {
      kept.push({ id, frame })
      bytes += frame.length
      if (bytes <= limits.maxMemoryEventBytes) return
      // Half of the frames go at once, since removing the first element of a long list moves all others.
      const removed = kept.slice(0, kept.length / 2)
      kept = kept.slice(removed.length)
      bytes -= removed.reduce((sum, one) => sum + one.frame.length, 0)
    },
    hasAllAfter(id) {
      const [oldest] = kept
      return oldest !== undefined && id + 1 >= oldest.id
    },
    between: (after, upTo) => kept.filter(({ id }) => id > after && id <= upTo).map(({ frame }) => frame),
  }
}
