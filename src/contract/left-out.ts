import { z } from 'zod'

/** An overlay that matched an item and was not drawn: of its group another weighs more, or as much and comes first. */
export const lostOverlaySchema = z.object({
  name: z.string(),
  /** The one that was drawn. */
  to: z.string(),
  group: z.string(),
  weight: z.int(),
  to_weight: z.int(),
})
export type LostOverlay = z.infer<typeof lostOverlaySchema>

/** One that another overlay of its file suppresses on this item. */
export const suppressedOverlaySchema = z.object({ name: z.string(), by: z.string() })

/** One beyond the last place of its queue. */
export const placelessOverlaySchema = z.object({
  name: z.string(),
  queue: z.string(),
  /** How many places the queue has. */
  places: z.int().nonnegative(),
  /** Those that have them. */
  ahead: z.array(z.string()),
})

/** A text overlay for whose text the item has no value. */
export const valuelessOverlaySchema = z.object({ name: z.string(), reason: z.string() })

/** What found an item and is not in its picture, by cause. */
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
