import type { LeftOutOverlays } from '../../../contract/left-out.ts'
import type { ItemResult, MatchedOverlay, OverlayName } from '../read/log-events.ts'
import { explainMissingValues } from './missing-values.ts'

export interface LeftOutContext {
  /** What Kometa's definitions matched in this library, in Kometa's order. */
  matched: readonly MatchedOverlay[]
  /**
   * The name under which Kometa lists the item among a definition's matches; null when another item has the same name.
   */
  listTitle: string | null
  /** How many places a queue has; null when unknown. */
  places(overlay: MatchedOverlay): number | null
}

export interface PictureClaim extends LeftOutOverlays {
  /** The overlays in the picture. */
  applied: OverlayName[]
}

/**
 * Tells which of an item's overlays are in its picture, and why the others are not. Kometa's `Overlays Applied` also
 * names overlays that it could not draw, and does not name those that lost in a group or were suppressed
 * (overlays.py:436-552, 660-690).
 */
export function leftOut(item: ItemResult, context: LeftOutContext): PictureClaim {
  const byFull = new Map(context.matched.map((overlay) => [overlay.full, overlay]))
  const worn = item.overlays.flatMap(({ full }) => byFull.get(full) ?? [])
  const withoutPlace = beyondQueue(worn, context)
  const drawn = worn.filter(({ full }) => !withoutPlace.some((one) => one.full === full))
  const withoutValue = explainMissingValues(item, inOrderOfDrawing(drawn))
  const missing = new Set([...withoutPlace, ...withoutValue].map(({ full }) => full))
  return {
    applied: item.overlays.filter(({ full }) => !missing.has(full)),
    ...beforeDrawing(item, context),
    without_place: withoutPlace.map(({ name, queue, places, ahead }) => ({ name, queue, places, ahead })),
    without_value: withoutValue.map(({ name, reason }) => ({ name, reason })),
  }
}

/**
 * Overlays that matched the item and were removed again: suppressed by another overlay of their file, or outweighed in
 * their group.
 */
function beforeDrawing(
  { overlays }: ItemResult,
  { matched, listTitle }: LeftOutContext,
): Pick<LeftOutOverlays, 'lost' | 'suppressed'> {
  const result: Pick<LeftOutOverlays, 'lost' | 'suppressed'> = { lost: [], suppressed: [] }
  if (listTitle === null) return result
  const here = matched.filter(({ titles }) => titles?.includes(listTitle))
  const worn = new Set(overlays.map(({ full }) => full))
  for (const overlay of here.filter(({ full }) => !worn.has(full))) {
    const { name } = overlay
    const suppressor = here.find((other) => other.file === overlay.file && other.suppresses.includes(name))
    const winner = here.find((other) => worn.has(other.full) && isSameGroup(other, overlay))
    if (suppressor) result.suppressed.push({ name, by: suppressor.name })
    else if (winner?.overlay && overlay.overlay) {
      const { group, weight } = overlay.overlay
      const ranks = { group: group ?? '', weight: weight ?? 0, to_weight: winner.overlay.weight ?? 0 }
      result.lost.push({ name, to: winner.name, ...ranks })
    }
  }
  return result
}

const isSameGroup = ({ overlay: one }: MatchedOverlay, { overlay: other }: MatchedOverlay): boolean =>
  one !== null && other !== null && one.group !== null && one.group === other.group

interface WithoutPlace extends OverlayName {
  queue: string
  places: number
  ahead: string[]
}

/** A queue draws one overlay for each of its places, the heaviest first. */
function beyondQueue(worn: readonly MatchedOverlay[], { places }: LeftOutContext): WithoutPlace[] {
  return queuesOf(worn).flatMap((queue) => {
    const [first] = queue
    const count = first && queue.length > 1 ? places(first) : null
    if (count === null) return []
    const ahead = queue.slice(0, count).map(({ name }) => name)
    return queue
      .slice(count)
      .map(({ name, full, overlay }) => ({ name, full, queue: overlay?.queue ?? '', places: count, ahead }))
  })
}

/** The overlays of each queue, the heaviest first. */
function queuesOf(worn: readonly MatchedOverlay[]): MatchedOverlay[][] {
  const queues = new Map<string, MatchedOverlay[]>()
  for (const overlay of worn) {
    if (overlay.overlay?.queue == null) continue
    const key = JSON.stringify([overlay.file, overlay.overlay.queue])
    queues.set(key, [...(queues.get(key) ?? []), overlay])
  }
  const weightOf = ({ overlay }: MatchedOverlay): number => overlay?.weight ?? 0
  return [...queues.values()].map((queue) => queue.sort((one, other) => weightOf(other) - weightOf(one)))
}

const inOrderOfDrawing = (worn: readonly MatchedOverlay[]): MatchedOverlay[] => [
  ...worn.filter(({ overlay }) => overlay?.queue == null),
  ...queuesOf(worn).flat(),
]
