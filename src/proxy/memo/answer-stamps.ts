import { itemStamp } from '../../plex/items/item-stamp.ts'
import { ListingFault } from '../scope/listing-fault.ts'
import { createListingReader } from '../scope/listing-reader.ts'
import { attributeOf } from '../scope/scan/xml-tag.ts'
import type { RememberedAnswer } from './remembering-reply.ts'

/** The stamp of an item in Plex's own XML; null if Plex does not say when the item changed. */
export function stampOf(element: Buffer): string | null {
  return itemStamp((name) => attributeOf(element, 0, name))
}

/** The items in an answer, each with its stamp there; null if the answer is not Plex's XML. */
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
