import type { IndexItem } from './index-item.ts'

/** The items of one library, as Plex gave them. */
export interface SectionItems {
  server: string
  sectionId: string
  title: string
  items: readonly IndexItem[]
}

/** An item of the catalogue, with what queries need often. */
export interface Entry {
  item: IndexItem
  section: SectionItems
  searchText: string
  sortText: string
  childCount: number
  hasBackup: boolean
}
