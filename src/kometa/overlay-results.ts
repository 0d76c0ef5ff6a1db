import type { Capture } from '../contract/records.ts'
import type { ItemResult } from './log-events.ts'

/** What the join needs of a capture. */
export type JoinCapture = Pick<Capture, 'seq' | 'timestamp' | 'kind' | 'overlay_mark'>

/** Time zones differ by whole quarters of an hour. */
const zoneStepMs = 15 * 60_000

/**
 * Finds the log's result for each composed poster, by the capture's `seq`. Titles are not unique and the log has no ratingKey, but
 * Kometa works strictly one item after the other: it logs `(i/n) Title`, uploads, then logs `Overlays Applied`. So the upload's
 * time lies between the two lines; an item that failed, before or after its upload, shifts nothing. Where the times are of no use
 * (another clock), the k-th composed poster is the k-th applied item, if there are as many of both.
 *
 * Uploads without Kometa's mark (restores) and of other kinds have no line of their own and are left out.
 */
export function overlaysByCapture(
  items: readonly ItemResult[],
  captures: readonly JoinCapture[],
): Map<number, ItemResult> {
  const composed = captures
    .filter(({ kind, overlay_mark }) => kind === 'poster' && overlay_mark)
    .sort((a, b) => a.seq - b.seq)
    .map(({ seq, timestamp }) => ({ seq, at: Date.parse(timestamp) }))
  const windows = toWindows(items)
  let best = joinByTime(windows, composed, 0)
  // Kometa's local time may be another zone's than ours: a container, or an hour that comes twice.
  for (const offset of best.size < composed.length ? zoneOffsets(windows, composed) : []) {
    const joined = joinByTime(windows, composed, offset)
    if (joined.size > best.size) best = joined
  }
  if (best.size === composed.length) return best
  const applied = items.filter(({ outcome }) => outcome === 'applied')
  if (applied.length !== composed.length) return best
  return new Map(applied.map((item, at) => [composed[at]?.seq ?? 0, item]))
}

interface Window {
  item: ItemResult
  from: number
  to: number
}

interface Upload {
  seq: number
  at: number
}

/** Items that can have uploaded something, each with the time that it took. */
function toWindows(items: readonly ItemResult[]): Window[] {
  return items.flatMap((item, at) => {
    if (item.startedAt === null || item.outcome === 'unchanged') return []
    const to = item.endedAt ?? items[at + 1]?.startedAt ?? Number.POSITIVE_INFINITY
    return [{ item, from: item.startedAt, to }]
  })
}

/** Walks both lists in their order; no item gets two posters. */
function joinByTime(windows: readonly Window[], uploads: readonly Upload[], offset: number): Map<number, ItemResult> {
  const joined = new Map<number, ItemResult>()
  let next = 0
  for (const { seq, at } of uploads) {
    const time = at + offset
    while (next < windows.length && (windows[next]?.to ?? 0) < time) next++
    // Within one millisecond one item can end and the next begin: an applied one is the likelier.
    const fitting: number[] = []
    for (let index = next; (windows[index]?.from ?? Number.POSITIVE_INFINITY) <= time; index++) fitting.push(index)
    const index = fitting.find((each) => windows[each]?.item.outcome === 'applied') ?? fitting[0]
    const window = index === undefined ? undefined : windows[index]
    if (index === undefined || !window) continue
    joined.set(seq, window.item)
    next = index + 1
  }
  return joined
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
