import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes of dead buffers after which they are collected. */
const everyBytes = 1024 * 1024

type Collect = (options: { type: 'minor' | 'major' }) => void
let collect: Collect | null | undefined

/**
 * Counts the bytes of buffers that were read and are dead by now, and has V8 collect the young ones after each MB: by itself it
 * lets 32 MB of them go by first. One such collection takes about as long as reading another 64 KB. The first one is of the
 * whole heap, a few milliseconds: what loading the program left there makes room for what is read now.
 */
export function createYoungCollector(): (deadBytes: number) => void {
  let waiting = 0
  let type: 'minor' | 'major' = 'major'
  return (deadBytes) => {
    waiting += deadBytes
    if (waiting < everyBytes) return
    waiting = 0
    collect ??= findCollector()
    collect?.({ type })
    type = 'minor'
  }
}

/** V8 hands its collector to contexts made while this flag is set; ours was made before. Only called from here, never by a name. */
function findCollector(): Collect | null {
  setFlagsFromString('--expose-gc')
  const found: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  return isCollect(found) ? found : null
}

const isCollect = (value: unknown): value is Collect => typeof value === 'function'
