import { itemStamp } from '../../plex/items/item-stamp.ts'
import { ListingFault } from '../scope/listing-fault.ts'
import { createListingReader } from '../scope/listing-reader.ts'
import { attributeOf } from '../scope/scan/xml-tag.ts'
import type { RememberedAnswer } from './remembering-reply.ts'

/** The stamp that an item bears in Plex's own XML; null where Plex does not say when the item changed. */
export function stampOf(element: Buffer): string | null {
  return itemStamp((name) => attributeOf(element, 0, name))
}

/** The items that an answer shows, each with its stamp there; null for an answer that is not in Plex's XML. */
export function stampsIn({ body }: RememberedAnswer): ReadonlyMap<string, string | null> | null {
  if (body.kind === 'file') return null
  const reader = createListingReader(() => true)
  try {
    reader.push(body.bytes)
    return new Map(reader.finish().kept.map(({ ratingKey, bytes }) => [ratingKey, stampOf(bytes)]))
  } catch (error) {
    if (error instanceof ListingFault) return null
    throw error
  }
}
