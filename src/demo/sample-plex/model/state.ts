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

/** Everything that the server holds, and each change to it. */
export interface Store {
  readonly sections: Map<number, Section>
  readonly entries: Map<string, Entry>
  readonly playlists: Entry[]
  readonly prefs: Map<string, string>
  /** State that belongs to no entry: butler runs, ended sessions, unknown writes. */
  readonly events: string[]
  addCollection(section: Section, collection: SampleCollection): Entry
  addPlaylist(playlist: SamplePlaylist): Entry
  /** Marks the entry as changed. A new `updatedAt` also gives its pictures new addresses. */
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
  const held: Held = { sections: new Map(), entries: new Map(), playlists: [], lastKey: 0 }
  for (const library of libraries) addLibrary(held, library)
  for (const playlist of lists) addPlaylist(held, playlist)
  const { sections, entries, playlists } = held
  const changed = new Set<Entry>()
  const removed: string[] = []
  const prefs = new Map<string, string>()
  const events: string[] = []

  function change(entry: Entry, values: Partial<EntryValues>): void {
    const updatedAt = Math.max(Math.floor(clock() / 1000), updatedAtOf(entry) + 1)
    entry.values = { ...entry.values, ...values, updatedAt }
    forget(entry)
    changed.add(entry)
    if (entry.section === null) return
    entry.section.updatedAt = Math.max(entry.section.updatedAt, updatedAt)
    entry.section.contentChangedAt++
    entry.section.version++
  }

  function remove(entry: Entry): void {
    for (const child of [...entry.children]) remove(child)
    removeOne(held, entry)
    removed.push(entry.ratingKey)
  }

  function stateHash(): string {
    const touched = [...changed].filter((entry) => entries.has(entry.ratingKey)).sort(byKey)
    const titles = [...sections.values()].map(({ title }) => title)
    const state = [entries.size, titles, touched.map(fingerprint), playlists.map(fingerprint), removed]
    return digest('sha256', JSON.stringify([...state, [...prefs], events]))
  }

  return {
    sections,
    entries,
    playlists,
    prefs,
    events,
    addCollection: (section, collection) => addCollection(held, section, collection),
    addPlaylist: (playlist) => addPlaylist(held, playlist),
    change,
    remove,
    nextRatingKey: () => String(++held.lastKey),
    record: (event) => events.push(event),
    stateHash,
  }
}

/** The entries in all their lists. */
interface Held {
  sections: Map<number, Section>
  entries: Map<string, Entry>
  playlists: Entry[]
  /** The greatest ratingKey so far. */
  lastKey: number
}

function addLibrary(held: Held, library: SampleLibrary): void {
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
  held.sections.set(library.key, section)
  for (const item of library.items) addTree(held, section, null, item)
  for (const collection of library.collections ?? []) addCollection(held, section, collection)
}

function addTree(held: Held, section: Section, parent: Entry | null, item: SampleItem): void {
  const entry = add(held, createEntry(section, parent, item.type, item), section)
  section.updatedAt = Math.max(section.updatedAt, updatedAtOf(entry))
  for (const child of item.children ?? []) addTree(held, section, entry, child)
}

function addCollection(held: Held, section: Section, collection: SampleCollection): Entry {
  const { items, smartFilter, ...values } = collection
  const entry = add(held, createEntry(section, null, 'collection', values), section)
  section.version++
  entry.members = [...items]
  entry.smartFilter = smartFilter ?? null
  for (const key of items) {
    const member = held.entries.get(key)
    if (member === undefined) continue
    member.collections ??= new Set()
    member.collections.add(entry)
  }
  return entry
}

function addPlaylist(held: Held, { items, smartFilter, ...values }: SamplePlaylist): Entry {
  const entry = createEntry(null, null, 'playlist', { addedAt: defaultAddedAt, ...values })
  entry.members = [...items]
  entry.smartFilter = smartFilter ?? null
  keep(held, entry)
  held.playlists.push(entry)
  return entry
}

function add(held: Held, entry: Entry, section: Section): Entry {
  keep(held, entry)
  const siblings = section.byType.get(entry.type)
  if (siblings === undefined) section.byType.set(entry.type, [entry])
  else siblings.push(entry)
  entry.parent?.children.push(entry)
  return entry
}

function keep(held: Held, entry: Entry): void {
  if (held.entries.has(entry.ratingKey)) throw new Error(`sample library: ratingKey ${entry.ratingKey} is used twice`)
  held.entries.set(entry.ratingKey, entry)
  held.lastKey = Math.max(held.lastKey, Number(entry.ratingKey))
}

/** Takes an entry without children out of every list. */
function removeOne({ entries, playlists }: Held, entry: Entry): void {
  for (const key of entry.members ?? []) entries.get(key)?.collections?.delete(entry)
  for (const collection of entry.collections ?? []) drop(collection.members ?? [], entry.ratingKey)
  if (entry.section !== null) drop(entry.section.byType.get(entry.type) ?? [], entry)
  if (entry.parent !== null) drop(entry.parent.children, entry)
  if (entry.type === 'playlist') drop(playlists, entry)
  if (entry.section !== null) entry.section.version++
  entries.delete(entry.ratingKey)
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

/** A UUID that is the same in each run for the same name. */
function uuidOf(name: string): string {
  return digest('sha1', name).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

/** Drops the kept XML of each entry that shows something of this one: the entry, its ancestors and its descendants. */
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
