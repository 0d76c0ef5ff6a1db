import { createHash } from 'node:crypto'
import type { ItemType } from '../../contract/kinds.ts'
import type { SampleCollection, SampleImage, SampleItem, SampleLibrary } from './model.ts'

export type EntryType = ItemType | 'collection' | 'playlist'

/** What of an item can be read and edited: the sample's own data until the first edit, a changed copy from then on. */
export type EntryValues = Readonly<Omit<SampleItem, 'type' | 'children'>>

export const imageKinds = ['poster', 'art', 'clearLogo', 'squareArt', 'banner', 'theme'] as const
export type ImageKind = (typeof imageKinds)[number]

export interface Upload {
  kind: ImageKind
  bytes: Uint8Array
  sha256: string
  mediaType: string
  /** Path and query of the request, token and all. */
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
  /** Lists that an edit has replaced; the sample's own stay in `values`. */
  images: Partial<Record<ImageKind, readonly SampleImage[]>> | null
  uploads: Upload[] | null
  locks: Set<string> | null
  prefs: Map<string, string> | null
  /** ratingKeys: of a collection's or playlist's items, in its order. */
  members: string[] | null
  /** Of a smart collection or playlist: section path and query. */
  smartFilter: string | null
  /** Collections that hold this item. */
  collections: Set<Entry> | null
  /** Whatever else happened to it: refreshed, analyzed, scrobbled. */
  events: string[] | null
  /** The listing's XML, until the next edit. */
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

export const typeNumbers: Record<EntryType, number> = {
  movie: 1,
  show: 2,
  season: 3,
  episode: 4,
  artist: 8,
  album: 9,
  track: 10,
  playlist: 15,
  collection: 18,
}

const typeNames = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name as EntryType]))

export function entryTypeOf(typeNumber: number): EntryType | undefined {
  return typeNames.get(typeNumber)
}

const defaultAddedAt = 1_577_880_000

/** What was worked out about a section holds as long as this stays. */
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

/** `The Man` sorts as `Man, ...`: Plex drops the article. */
export function titleSortOf(entry: Entry): string {
  return entry.values.titleSort ?? entry.values.title.replace(/^(?:the|an?)\s+(?=\S)/i, '')
}

export function digest(algorithm: 'sha1' | 'sha256', data: string | Uint8Array): string {
  return createHash(algorithm).update(data).digest('hex')
}

/** Everything the server holds, and every change made to it. */
export interface Store {
  readonly sections: Map<number, Section>
  readonly entries: Map<string, Entry>
  readonly playlists: Entry[]
  readonly prefs: Map<string, string>
  /** State that belongs to no entry: butler runs, sessions ended, unknown writes. */
  readonly events: string[]
  /** Grows with each change. */
  version: number
  addCollection(section: Section, collection: SampleCollection): Entry
  addPlaylist(title: string, members: string[], smartFilter: string | null): Entry
  /** Marks the entry as changed; `updatedAt` moves on, so that the pictures' addresses do too. */
  change(entry: Entry, values: Partial<EntryValues>): void
  remove(entry: Entry): void
  nextRatingKey(): string
  record(event: string): void
  stateHash(): string
}

export function createStore(libraries: readonly SampleLibrary[], clock: () => number): Store {
  const sections = new Map<number, Section>()
  const entries = new Map<string, Entry>()
  const playlists: Entry[] = []
  const changed = new Set<Entry>()
  const removed: string[] = []
  let lastKey = 0

  const store: Store = {
    sections,
    entries,
    playlists,
    prefs: new Map(),
    events: [],
    version: 0,
    addCollection(section, collection) {
      const { items, smartFilter, ...values } = collection
      const entry = add(section, null, 'collection', values)
      section.version++
      entry.members = [...items]
      entry.smartFilter = smartFilter ?? null
      for (const key of items) {
        const member = entries.get(key)
        if (member === undefined) continue
        member.collections ??= new Set()
        member.collections.add(entry)
      }
      return entry
    },
    addPlaylist(title, members, smartFilter) {
      const entry = createEntry(null, null, 'playlist', { ratingKey: store.nextRatingKey(), title, addedAt: now() })
      entry.members = members
      entry.smartFilter = smartFilter
      entries.set(entry.ratingKey, entry)
      playlists.push(entry)
      return entry
    },
    change(entry, values) {
      const updatedAt = Math.max(now(), updatedAtOf(entry) + 1)
      entry.values = { ...entry.values, ...values, updatedAt }
      forget(entry)
      changed.add(entry)
      store.version++
      if (entry.section === null) return
      entry.section.updatedAt = Math.max(entry.section.updatedAt, updatedAt)
      entry.section.contentChangedAt++
      entry.section.version++
    },
    remove(entry) {
      for (const child of [...entry.children]) store.remove(child)
      for (const key of entry.members ?? []) entries.get(key)?.collections?.delete(entry)
      for (const collection of entry.collections ?? []) drop(collection.members ?? [], entry.ratingKey)
      if (entry.section !== null) drop(entry.section.byType.get(entry.type) ?? [], entry)
      if (entry.parent !== null) drop(entry.parent.children, entry)
      if (entry.type === 'playlist') drop(playlists, entry)
      if (entry.section !== null) entry.section.version++
      entries.delete(entry.ratingKey)
      removed.push(entry.ratingKey)
      store.version++
    },
    nextRatingKey: () => String(++lastKey),
    record(event) {
      store.events.push(event)
      store.version++
    },
    stateHash() {
      const touched = [...changed]
        .filter((entry) => entries.has(entry.ratingKey))
        .sort(byKey)
        .map(fingerprint)
      const lists = playlists.map(fingerprint)
      const names = [...sections.values()].map((section) => section.title)
      return digest(
        'sha256',
        JSON.stringify([entries.size, names, touched, lists, removed, [...store.prefs], store.events]),
      )
    },
  }

  const now = () => Math.floor(clock() / 1000)

  function add(section: Section, parent: Entry | null, type: EntryType, values: EntryValues): Entry {
    if (entries.has(values.ratingKey)) throw new Error(`sample library: ratingKey ${values.ratingKey} is used twice`)
    const entry = createEntry(section, parent, type, values)
    entries.set(values.ratingKey, entry)
    lastKey = Math.max(lastKey, Number(values.ratingKey))
    const siblings = section.byType.get(type)
    if (siblings === undefined) section.byType.set(type, [entry])
    else siblings.push(entry)
    parent?.children.push(entry)
    return entry
  }

  function addTree(section: Section, parent: Entry | null, item: SampleItem): void {
    const entry = add(section, parent, item.type, item)
    section.updatedAt = Math.max(section.updatedAt, updatedAtOf(entry))
    for (const child of item.children ?? []) addTree(section, entry, child)
  }

  for (const library of libraries) {
    const section: Section = {
      library,
      key: library.key,
      type: library.type,
      title: library.title,
      uuid: uuidOf(`section ${library.key}`),
      byType: new Map(),
      updatedAt: library.updatedAt ?? defaultAddedAt,
      contentChangedAt: 1000,
      version: 0,
    }
    sections.set(library.key, section)
    for (const item of library.items) addTree(section, null, item)
    for (const collection of library.collections ?? []) store.addCollection(section, collection)
  }
  return store
}

function createEntry(section: Section | null, parent: Entry | null, type: EntryType, values: EntryValues): Entry {
  return {
    type,
    ratingKey: values.ratingKey,
    section,
    parent,
    children: [],
    values,
    images: null,
    uploads: null,
    locks: null,
    prefs: null,
    members: null,
    smartFilter: null,
    collections: null,
    events: null,
    xml: null,
  }
}

/** The same for the same name, in the form of a UUID. */
export function uuidOf(name: string): string {
  return digest('sha1', name).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

/** Drops the listing's XML of everything that tells of this entry: itself, what is above, below, and in it. */
function forget(entry: Entry): void {
  for (let at: Entry | null = entry; at !== null; at = at.parent) at.xml = null
  forgetBelow(entry)
}

function forgetBelow(entry: Entry): void {
  for (const child of entry.children) {
    child.xml = null
    forgetBelow(child)
  }
}

function fingerprint(entry: Entry): unknown {
  const { children: _children, ...values } = entry.values as EntryValues & { children?: unknown }
  const uploads = entry.uploads?.map((upload) => [upload.kind, upload.sha256])
  const sets = [
    [...(entry.locks ?? [])].sort(),
    [...(entry.prefs ?? [])],
    entry.members,
    entry.smartFilter,
    entry.events,
  ]
  return [entry.ratingKey, values, entry.images, uploads, sets]
}

function byKey(a: Entry, b: Entry): number {
  return Number(a.ratingKey) - Number(b.ratingKey)
}

function drop<T>(list: T[], value: T): void {
  const at = list.indexOf(value)
  if (at >= 0) list.splice(at, 1)
}
