import { createHash } from 'node:crypto'
import type { KeptKind } from '../../../contract/artwork-kinds.ts'
import { type ItemType, plexTypeNumbers } from '../../../contract/kinds.ts'
import type { SampleImage, SampleItem, SampleLibrary } from './model.ts'

export type EntryType = ItemType | 'collection' | 'playlist'

/** The fields of an item. The first edit replaces the sample's own data by a changed copy. */
export type EntryValues = Readonly<Omit<SampleItem, 'type' | 'children'>>

export interface Upload {
  kind: KeptKind
  bytes: Uint8Array
  sha256: string
  mediaType: string
  /** Path and query of the request, with its token. */
  target: string
}

/** One thing with a ratingKey: an item, a collection or a playlist. */
export interface Entry {
  readonly type: EntryType
  readonly ratingKey: string
  readonly section: Section | null
  readonly parent: Entry | null
  readonly children: Entry[]
  values: EntryValues
  /** Lists that an edit has replaced. The lists of the sample stay in `values`. */
  images: Partial<Record<KeptKind, readonly SampleImage[]>> | null
  uploads: Upload[] | null
  locks: Set<string> | null
  prefs: Map<string, string> | null
  /** RatingKeys of the items of a collection or playlist, in its order. */
  members: string[] | null
  /** Section path and query of a smart collection or playlist. */
  smartFilter: string | null
  /** Collections that hold this item. */
  collections: Set<Entry> | null
  /** Other things that happened to the entry: refreshed, analyzed, scrobbled. */
  events: string[] | null
  /** The entry's XML in listings, kept until the next edit. */
  xml: string | null
}

export interface Section {
  readonly library: SampleLibrary
  readonly key: number
  readonly type: SampleLibrary['type']
  title: string
  readonly uuid: string
  readonly byType: Map<EntryType, Entry[]>
  updatedAt: number
  contentChangedAt: number
  /** Grows with each change in the section. */
  version: number
}

export const typeNumbers: Record<EntryType, number> = { ...plexTypeNumbers, playlist: 15, collection: 18 }

const typeNames = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name as EntryType]))

export function entryTypeOf(typeNumber: number): EntryType | undefined {
  return typeNames.get(typeNumber)
}

export const defaultAddedAt = 1_577_880_000

/** Everything that was computed for a section stays valid until this number changes. */
export function versionOf(section: Section): number {
  return section.version
}

export function addedAtOf(entry: Entry): number {
  return entry.values.addedAt ?? defaultAddedAt
}

export function updatedAtOf(entry: Entry): number {
  return entry.values.updatedAt ?? addedAtOf(entry)
}

export function guidOf(entry: Entry): string {
  return entry.values.guid ?? `plex://${entry.type}/${digest('sha1', entry.ratingKey).slice(0, 24)}`
}

/** Plex sorts `The Man` as `Man`: it drops the article. */
export function titleSortOf(entry: Entry): string {
  return entry.values.titleSort ?? entry.values.title.replace(/^(?:the|an?)\s+(?=\S)/i, '')
}

export function digest(algorithm: 'sha1' | 'sha256', data: string | Uint8Array): string {
  return createHash(algorithm).update(data).digest('hex')
}
