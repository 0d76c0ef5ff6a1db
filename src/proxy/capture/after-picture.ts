import type { ArtworkKind } from '../../contract/artwork-kinds.ts'

/** The kinds that can be a target's after picture: a poster before background art before a thumb. */
const afterKinds = ['poster', 'art', 'thumb'] as const satisfies readonly ArtworkKind[]
type AfterKind = (typeof afterKinds)[number]

/**
 * The after picture of one target among its captured images, which stand in the order in which they arrived: the
 * newest of the best kind.
 */
export function afterPictureOf<T extends { kind: string | null }>(
  inOrder: readonly T[],
): { capture: T; kind: AfterKind } | null {
  for (const kind of afterKinds) {
    const capture = inOrder.findLast((one) => one.kind === kind)
    if (capture !== undefined) return { capture, kind }
  }
  return null
}
