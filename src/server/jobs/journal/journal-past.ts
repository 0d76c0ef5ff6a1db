import type { StudioLogLine } from '../../../contract/api/api-events.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { parseJson } from '../../../util/parse-json.ts'
import { frameOf } from '../../http/event-stream.ts'
import { limits } from '../../limits.ts'
import { nullIfUnreadable } from '../files/job-files.ts'
import { storedEventSchema, storedLinesSchema } from './job-journal.ts'
import { createJournalIndex, type Segment } from './journal-index.ts'

export interface PastRange {
  /** Events with a larger id. */
  after: number
  upTo: number
  /** The number of log lines, of which the newest are taken. */
  lines: number
}

/** The events of jobs so far, read from their journals. */
export interface JournalPast {
  /**
   * Frames in their order. Each is read when it is asked for, so a window that stalls holds only one, which all windows
   * share.
   */
  frames(job: Beneath, range: PastRange): AsyncGenerator<Buffer>
  /** The id of the newest event or batch; 0 if there is none. */
  lastId(job: Beneath): Promise<number>
  /** The newest `count` log lines with a number below `before`, the oldest first. */
  logLines(
    job: Beneath,
    wanted: { before?: number | undefined; count: number },
  ): Promise<{ lines: StudioLogLine[]; more: boolean }>
}

/** A segment, and the number of its first lines that are left out. */
interface Piece {
  segment: Segment
  skip: number
}

export function createJournalPast(): JournalPast {
  const index = createJournalIndex()
  const turns = createTurns(limits.maxPastReadsAtOnce)
  const recent = createRecentFrames(limits.maxSharedPastBytes)

  const frame = (job: Beneath, { segment, skip }: Piece): Promise<Buffer | null> =>
    recent(`${job.realPath} ${segment.id} ${skip}`, () => turns(() => readFrame(job, segment, skip)))

  return {
    async *frames(job, { after, upTo, lines }) {
      const segments = (await index(job)).filter(({ id }) => id > after && id <= upTo)
      for (const piece of newestLines(segments, lines)) {
        const made = await frame(job, piece)
        if (made) yield made
      }
    },
    lastId: async (job) => (await index(job)).at(-1)?.id ?? 0,
    async logLines(job, { before = Number.POSITIVE_INFINITY, count }) {
      const logs = (await index(job)).filter(({ lines, firstLine }) => lines > 0 && firstLine < before)
      const found: StudioLogLine[][] = []
      let total = 0
      let at = logs.length
      while (at > 0 && total < count) {
        at -= 1
        const segment = logs[at]
        const batch = segment ? await turns(() => readLines(job, segment)) : []
        const wanted = batch.filter(({ n }) => n < before)
        found.unshift(wanted)
        total += wanted.length
      }
      const lines = found.flat()
      return { lines: lines.slice(Math.max(0, lines.length - count)), more: at > 0 || lines.length > count }
    },
  }
}

/** All events, and the newest log lines. */
function newestLines(segments: readonly Segment[], count: number): Piece[] {
  const pieces: Piece[] = []
  let left = count
  for (const segment of segments.toReversed()) {
    if (segment.lines === 0) pieces.push({ segment, skip: 0 })
    else if (left > 0) {
      pieces.push({ segment, skip: Math.max(0, segment.lines - left) })
      left -= segment.lines
    }
  }
  return pieces.reverse()
}

/** null if the file has been removed since, or if the segment is no event. */
async function readFrame(job: Beneath, segment: Segment, skip: number): Promise<Buffer | null> {
  if (segment.lines > 0) {
    const lines = (await readLines(job, segment)).slice(skip)
    return lines.length > 0 ? frameOf({ type: 'log', lines }, segment.id) : null
  }
  const stored = storedEventSchema.safeParse(await readSegment(job, segment)).data
  return stored ? frameOf(stored.event, stored.id) : null
}

const readLines = async (job: Beneath, segment: Segment): Promise<StudioLogLine[]> =>
  storedLinesSchema.safeParse(await readSegment(job, segment)).data?.lines ?? []

async function readSegment(job: Beneath, { path, offset, bytes }: Segment): Promise<unknown> {
  const opened = await job.open(path, 'read').catch(nullIfUnreadable)
  if (opened === null) return null
  await using _closed = opened
  const buffer = Buffer.allocUnsafe(bytes)
  const { bytesRead } = await opened.read(buffer, 0, bytes, offset)
  return parseJson(buffer.toString('utf8', 0, bytesRead))
}

/** Runs up to `atOnce` tasks at the same time; the others wait in their order. */
function createTurns(atOnce: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

/** Keeps the newest frames, so that windows that join at the same time get the same bytes. */
function createRecentFrames(maxBytes: number) {
  const kept = new Map<string, Promise<Buffer | null>>()
  const sizes = new Map<string, number>()
  let total = 0
  const forget = (key: string) => {
    kept.delete(key)
    total -= sizes.get(key) ?? 0
    sizes.delete(key)
  }
  return (key: string, make: () => Promise<Buffer | null>): Promise<Buffer | null> => {
    const known = kept.get(key)
    if (known) return known
    const made = make().then(
      (frame) => {
        sizes.set(key, frame?.length ?? 0)
        total += frame?.length ?? 0
        for (const oldest of sizes.keys()) {
          if (total <= maxBytes) break
          forget(oldest)
        }
        return frame
      },
      (error: unknown) => {
        kept.delete(key)
        throw error
      },
    )
    kept.set(key, made)
    return made
  }
}
