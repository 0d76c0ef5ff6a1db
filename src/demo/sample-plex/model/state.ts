import {
  defaultAddedAt,
  digest,
  type Entry,
  type EntryType,
  type EntryValues,
  type Section,
  updatedAtOf,
} from './entry.ts'
import type { SampleCollection, SampleItem, SampleLibrary, SamplePlaylist } from './model.ts'

/** Everything the server holds, and every change made to it. */
export interface Store {
  readonly sections: Map<number, Section>
  readonly entries: Map<string, Entry>
  readonly playlists: Entry[]
  readonly prefs: Map<string, string>
  /** State that belongs to no entry: butler runs, sessions ended, unknown writes. */
  readonly events: string[]
  addCollection(section: Section, collection: SampleCollection): Entry
  addPlaylist(playlist: SamplePlaylist): Entry
  /** Marks the entry as changed; `updatedAt` moves on, so that the pictures' addresses do too. */
  change(entry: Entry, values: Partial<EntryValues>): void
  remove(entry: Entry): void
  nextRatingKey(): string
  record(event: string): void
  stateHash(): string
}

export function createStore(
  libraries: readonly SampleLibrary[],
  lists: readonly SamplePlaylist[],
  clock: () => number,
): Store {
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
    addPlaylist({ items, smartFilter, ...values }) {
      const entry = createEntry(null, null, 'playlist', { addedAt: defaultAddedAt, ...values })
      entry.members = [...items]
      entry.smartFilter = smartFilter ?? null
      keep(entry)
      playlists.push(entry)
      return entry
    },
    change(entry, values) {
      const updatedAt = Math.max(now(), updatedAtOf(entry) + 1)
      entry.values = { ...entry.values, ...values, updatedAt }
      forget(entry)
      changed.add(entry)
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
    },
    nextRatingKey: () => String(++lastKey),
    record(event) {
      store.events.push(event)
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
    const entry = createEntry(section, parent, type, values)
    keep(entry)
    const siblings = section.byType.get(type)
    if (siblings === undefined) section.byType.set(type, [entry])
    else siblings.push(entry)
    parent?.children.push(entry)
    return entry
  }

  function keep(entry: Entry): void {
    if (entries.has(entry.ratingKey)) throw new Error(`sample library: ratingKey ${entry.ratingKey} is used twice`)
    entries.set(entry.ratingKey, entry)
    lastKey = Math.max(lastKey, Number(entry.ratingKey))
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
  for (const playlist of lists) store.addPlaylist(playlist)
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
function uuidOf(name: string): string {
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
