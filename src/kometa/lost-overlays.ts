import type { LostOverlay } from '../contract/summary.ts'
import type { LibraryRun } from './kometa-record.ts'
import type { ItemResult, RankedOverlay } from './log-events.ts'

/**
 * Which overlays matched an item and were not drawn, because another of their group weighs more (overlays.py:676-690). Kometa
 * does not log that: it logs each group and weight, how many items an overlay matched, and what every item got. Where an overlay
 * matched as many items more than got it as there are items that got a heavier one, all of these lost it; where the numbers
 * leave a doubt, nothing is said.
 */
export function lostOverlays({ items, ranked, suppressed }: LibraryRun): Map<ItemResult, LostOverlay[]> {
  const lost = new Map<ItemResult, LostOverlay[]>()
  const whole = items.every(
    ({ outcome, total }) => outcome !== 'unfinished' && (total === null || total === items.length),
  )
  if (!whole) return lost
  const ranks = new Map(ranked.map((overlay) => [overlay.full, overlay]))
  for (const overlay of ranked) {
    // What other overlays suppress can be gone for that reason.
    if (suppressed.has(overlay.name) || suppressed.has(overlay.full)) continue
    const wearers = items.filter((item) => item.overlays.some(({ full }) => full === overlay.full)).length
    const losers = items.flatMap((item) => {
      const winner = winnerOver(overlay, item, ranks)
      return winner === undefined ? [] : [{ item, winner }]
    })
    if (losers.length === 0 || overlay.items - wearers !== losers.length) continue
    for (const { item, winner } of losers) {
      if (winner === null) continue
      const { name, group, weight } = overlay
      const told = { name, to: winner.name, group, weight, to_weight: winner.weight }
      lost.set(item, [...(lost.get(item) ?? []), told])
    }
  }
  return lost
}

/** undefined: the item cannot have lost this overlay; null: it can, to one of which Kometa did not log the group. */
function winnerOver(
  overlay: RankedOverlay,
  { overlays }: ItemResult,
  ranks: ReadonlyMap<string, RankedOverlay>,
): RankedOverlay | null | undefined {
  if (overlays.some(({ full }) => full === overlay.full)) return undefined
  const worn = overlays.map(({ full }) => ranks.get(full))
  const winner = worn.find((rank) => rank?.group === overlay.group)
  if (winner) return winner.weight >= overlay.weight ? winner : undefined
  return worn.includes(undefined) ? null : undefined
}
