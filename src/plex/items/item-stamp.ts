/**
 * Attributes that show whether an earlier answer about an item is still valid. An edit changes `updatedAt`; watching
 * and rating change only the others.
 */
export const stampAttributes = [
  'updatedAt',
  'viewCount',
  'viewOffset',
  'lastViewedAt',
  'userRating',
  'lastRatedAt',
  'viewedLeafCount',
  'leafCount',
] as const

/** The stamp of an item, equal for JSON and XML; null if Plex does not say when the item changed. */
export function itemStamp(attribute: (name: string) => unknown): string | null {
  const values = stampAttributes.map((name) => plainValue(attribute(name)))
  return values[0] === '' ? null : values.join(' ')
}

/** XML writes `8.0` where JSON writes `8`. */
function plainValue(value: unknown): string {
  if (value === undefined || value === null || value === '') return ''
  const number = Number(value)
  return Number.isNaN(number) ? String(value) : String(number)
}
