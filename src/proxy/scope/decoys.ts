import { plexTypeNumbers } from '../../contract/kinds.ts'
import type { ListedElement } from './listing-reader.ts'
import type { NamedItem } from './narrow.ts'
import { attributeOf } from './scan/xml-tag.ts'

/**
 * An item outside the scope that Kometa was shown, so that a search with results has one. Its captures belong to no
 * target.
 */
export interface Decoy extends NamedItem {
  type: string
  section: string
  /** How many listings it stands in. */
  listings: number
}

/** Decoys of one section and type at most that are asked for again: each is an item that Kometa draws on. */
const maxAskedDecoys = 8

export interface Decoys {
  /** Those of a section and type in order of their first use: the earlier one is taken wherever it fits. */
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
