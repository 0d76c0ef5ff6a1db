/**
 * Attributes of an item that tell whether what Plex said of it still holds. `updatedAt` moves when the item is edited;
 * watching
 * and rating move the others alone.
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

/** The stamp of an item, the same from JSON and XML; null where Plex does not say when the item changed. */
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
