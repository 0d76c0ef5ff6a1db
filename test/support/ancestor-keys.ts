import type { ScopeItem } from '../../src/proxy/scope/scope-items.ts'

/** The ratingKeys above an item: season -> show; episode -> season, show; album -> artist; track -> album, artist. */
export function ancestorKeys(item: Pick<ScopeItem, 'parentRatingKey' | 'grandparentRatingKey'>): string[] {
  // An episode of a hidden season names its show alone.
  return [item.parentRatingKey, item.grandparentRatingKey].filter((key) => key !== null)
}
