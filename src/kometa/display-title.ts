import type { ItemType } from '../contract/kinds.ts'

export interface TitledItem {
  type: ItemType
  title: string
  parentTitle?: string
  grandparentTitle?: string
  /** Number of a season or an episode. */
  index?: number
  /** Number of an episode's season. */
  parentIndex?: number
}

/** An item's title as Kometa logs it (plex.py:2124-2132): `Title`, `Show Season 1`, `Show S01E02`, `Artist Album Name`. */
export function kometaDisplayTitle(item: TitledItem): string {
  const { type, title, parentTitle = '', grandparentTitle = '', index, parentIndex } = item
  // python-plexapi writes None for a number that Plex does not give.
  const number = (value: number | undefined) => String(value ?? 'None')
  switch (type) {
    case 'season':
      return `${parentTitle} Season ${number(index)}`
    case 'episode': {
      const code = `s${number(parentIndex).padStart(2, '0')}e${number(index).padStart(2, '0')}`
      return `${grandparentTitle} ${code.toUpperCase()}`
    }
    case 'album':
      return `${parentTitle} Album ${title}`
    default:
      return title
  }
}
