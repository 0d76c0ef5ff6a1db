import type { Capture } from '../../../contract/records.ts'
import { unnamed } from '../read/item-reader.ts'
import type { ItemResult } from '../read/log-events.ts'

/** The fields of a capture that the join needs. */
export type JoinCapture = Pick<Capture, 'seq' | 'timestamp' | 'kind' | 'overlay_mark'>

/** Time zones differ by multiples of a quarter of an hour. */
const zoneStepMs = 15 * 60_000

/**
 * Finds the log's result for each composed poster, by the capture's `seq`. Titles are not unique and the log has no
 * ratingKey, but Kometa works on one item after the other: it logs `(i/n) Title`, uploads, and logs `Overlays
 * Applied`. So an upload belongs to the item whose two lines enclose its time, and a failed item shifts nothing. If
 * the clocks disagree, the k-th composed poster belongs to the k-th applied item, provided their numbers match.
 *
 * `items` and `captures` come from one Kometa process. `titleOf` returns Kometa's name for the captured item if it is
 * known: results with another title are then ignored, and `captures` may include those of other processes. Uploads
 * without Kometa's mark (restores) and of other kinds have no log line and are left out.
 */
export function overlaysByCapture<T extends JoinCapture>(
  items: readonly ItemResult[],
  captures: readonly T[],
  titleOf: (capture: T) => string | undefined = () => undefined,
): Map<number, ItemResult> {
  const named = items.some(({ title }) => title !== unnamed)
  const composed: Upload[] = captures
    .filter(({ kind, overlay_mark }) => kind === 'poster' && overlay_mark)
    .map((capture) => ({
      seq: capture.seq,
      at: Date.parse(capture.timestamp),
      title: named ? titleOf(capture) : undefined,
    }))
    .sort((a, b) => a.seq - b.seq)
  const windows = toWindows(items)
  let best = joinByTime(windows, composed, 0)
  // Kometa's local time may be in another time zone: in a container, or in the hour that a clock change repeats.
  for (const offset of best.size < composed.length ? zoneOffsets(windows, composed) : []) {
    const joined = joinByTime(windows, composed, offset)
    if (joined.size > best.size) best = joined
  }
  return best.size === composed.length ? best : new Map([...best, ...joinByOrder(items, composed)])
}

interface Window {
  item: ItemResult
  from: number
  to: number
}

interface Upload {
  seq: number
  at: number
  title: string | undefined
}

const hasTitle = ({ title }: ItemResult, { title: wanted }: Upload) =>
  wanted === undefined || title === wanted || title === unnamed

/** Items that can have uploaded something, each with its time span. */
function toWindows(items: readonly ItemResult[]): Window[] {
  return items.flatMap((item, at) => {
    if (item.startedAt === null || item.outcome === 'unchanged') return []
    const to = item.endedAt ?? items[at + 1]?.startedAt ?? Number.POSITIVE_INFINITY
    return [{ item, from: item.startedAt, to }]
  })
}

/** Walks both lists in order; no item gets two posters. */
function joinByTime(windows: readonly Window[], uploads: readonly Upload[], offset: number): Map<number, ItemResult> {
  const joined = new Map<number, ItemResult>()
  let next = 0
  for (const upload of uploads) {
    const time = upload.at + offset
    while (next < windows.length && (windows[next]?.to ?? 0) < time) next++
    const fitting: number[] = []
    for (let index = next; (windows[index]?.from ?? Number.POSITIVE_INFINITY) <= time; index++) {
      const item = windows[index]?.item
      if (item && hasTitle(item, upload)) fitting.push(index)
    }
    // One item can end and the next begin within the same millisecond; the applied one is more likely.
    const index = fitting.find((each) => windows[each]?.item.outcome === 'applied') ?? fitting[0]
    const window = index === undefined ? undefined : windows[index]
    if (index === undefined || !window) continue
    joined.set(upload.seq, window.item)
    next = index + 1
  }
  return joined
}

/** Matches the k-th upload of a title with the k-th applied item of that title; nothing if their numbers differ. */
function joinByOrder(items: readonly ItemResult[], uploads: readonly Upload[]): [number, ItemResult][] {
  return [...new Set(uploads.map(({ title }) => title))].flatMap((title) => {
    const own = uploads.filter((upload) => upload.title === title)
    const applied = items.filter((item) => item.outcome === 'applied' && own.some((upload) => hasTitle(item, upload)))
    if (applied.length !== own.length) return []
    return own.flatMap(({ seq }, at): [number, ItemResult][] => {
      const item = applied[at]
      return item ? [[seq, item]] : []
    })
  })
}

function zoneOffsets(windows: readonly Window[], uploads: readonly Upload[]): number[] {
  const offsets = new Set<number>()
  for (const upload of [uploads[0], uploads.at(-1)])
    for (const window of [windows.find(({ item }) => item.outcome === 'applied'), windows.at(-1)]) {
      if (upload && window) offsets.add(Math.round((window.from - upload.at) / zoneStepMs) * zoneStepMs)
    }
  offsets.delete(0)
  return [...offsets]
}
