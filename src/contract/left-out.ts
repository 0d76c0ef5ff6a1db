import { z } from 'zod'

/**
 * An overlay that matched an item and was not drawn, because another overlay of its group weighs more, or weighs the
 * same and comes first.
 */
export const lostOverlaySchema = z.object({
  name: z.string(),
  /** The overlay that was drawn. */
  to: z.string(),
  group: z.string(),
  weight: z.int(),
  to_weight: z.int(),
})
export type LostOverlay = z.infer<typeof lostOverlaySchema>

/** An overlay that another overlay of its file suppresses on this item. */
export const suppressedOverlaySchema = z.object({ name: z.string(), by: z.string() })

/** An overlay for which its queue has no place left. */
export const placelessOverlaySchema = z.object({
  name: z.string(),
  queue: z.string(),
  /** How many places the queue has. */
  places: z.int().nonnegative(),
  /** The overlays that have the places. */
  ahead: z.array(z.string()),
})

/** A text overlay for which the item has no value. */
export const valuelessOverlaySchema = z.object({ name: z.string(), reason: z.string() })

/** The overlays that matched an item and are not in its picture, by cause. */
export interface LeftOutOverlays {
  lost: LostOverlay[]
  suppressed: z.infer<typeof suppressedOverlaySchema>[]
  without_place: z.infer<typeof placelessOverlaySchema>[]
  without_value: z.infer<typeof valuelessOverlaySchema>[]
}

/** Each overlay that is not in the picture, with the reason in words: for the report and for Compare. */
export function leftOutWords(target: {
  overlays_lost?: readonly LostOverlay[] | undefined
  overlays_suppressed?: LeftOutOverlays['suppressed'] | undefined
  overlays_without_place?: LeftOutOverlays['without_place'] | undefined
  overlays_without_value?: LeftOutOverlays['without_value'] | undefined
}): { name: string; why: string }[] {
  return [
    ...(target.overlays_without_value ?? []).map(({ name, reason }) => ({ name, why: reason })),
    ...(target.overlays_without_place ?? []).map((one) => ({ name: one.name, why: placeWords(one) })),
    ...(target.overlays_lost ?? []).map((one) => ({ name: one.name, why: lostWords(one) })),
    ...(target.overlays_suppressed ?? []).map(({ name, by }) => ({ name, why: `${by} suppresses it` })),
  ]
}

function placeWords({ queue, places, ahead }: LeftOutOverlays['without_place'][number]): string {
  const count = places === 1 ? 'one place, which' : `${places} places, which`
  return `no place left in the queue "${queue}": it has ${count} ${ahead.join(', ')} ${ahead.length === 1 ? 'has' : 'have'}`
}

function lostWords({ to, group, weight, to_weight: other }: LostOverlay): string {
  const ranks = weight === other ? `both weigh ${weight}: the first one wins` : `${other} against ${weight}`
  return `lost to ${to} in the group "${group}" (${ranks})`
}
