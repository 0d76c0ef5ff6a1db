import { plexTypeNumbers } from '../../contract/kinds.ts'
import type { ListedElement } from './listing-reader.ts'
import type { NamedItem } from './narrow.ts'
import { attributeOf } from './scan/xml-tag.ts'

/**
 * An item outside the scope that Kometa sees because a search with results must not look empty. Captures for it belong
 * to no target.
 */
export interface Decoy extends NamedItem {
  type: string
  section: string
  /** How many listings contain it. */
  listings: number
}

/**
 * The most decoys of one section and type that are reused; each costs a request and is an item that Kometa draws on.
 */
const maxAskedDecoys = 8

export interface Decoys {
  /** The decoys of a section and type, in order of first use; the earliest one that fits is used. */
  of(section: string, type: number): readonly Decoy[]
  /** Remembers that this element was shown. */
  use(section: string, element: ListedElement): void
  has(ratingKey: string): boolean
  list(): readonly Decoy[]
}

export function createDecoys(): Decoys {
  const all = new Map<string, Decoy>()
  return {
    of(section, type) {
      const fits = (decoy: Decoy) => decoy.section === section && typeNumber(decoy.type) === type
      return [...all.values()].filter(fits).slice(0, maxAskedDecoys)
    },
    use(section, element) {
      const known = all.get(element.ratingKey)
      if (known !== undefined) {
        known.listings += 1
        return
      }
      const read = (name: string): string | null => attributeOf(element.bytes, 0, name)
      all.set(element.ratingKey, {
        ratingKey: element.ratingKey,
        section,
        type: read('type') ?? '',
        title: read('title') ?? '',
        parentTitle: read('parentTitle'),
        grandparentTitle: read('grandparentTitle'),
        listings: 1,
      })
    },
    has: (ratingKey) => all.has(ratingKey),
    list: () => [...all.values()].map((decoy) => ({ ...decoy })),
  }
}

const typeNumbers = new Map<string, number>(Object.entries(plexTypeNumbers))

function typeNumber(type: string): number | undefined {
  return typeNumbers.get(type)
}
