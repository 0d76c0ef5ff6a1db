import { type Call, type Route, type Server, value } from '../../../src/demo/sample-plex/call.ts'
import { type Entry, type EntryValues, entryTypeOf, type Section } from '../../../src/demo/sample-plex/model/entry.ts'
import type { Store } from '../../../src/demo/sample-plex/model/state.ts'
import { done, notFound, type Reply } from '../../../src/demo/sample-plex/nodes/reply.ts'
import { section } from '../../../src/demo/sample-plex/query/paging.ts'

export const badRequest: Reply = { kind: 'empty', status: 400 }

/** The fields that an edit sets as text. */
const textFields = [
  'title',
  'titleSort',
  'originalTitle',
  'editionTitle',
  'contentRating',
  'summary',
  'tagline',
  'studio',
  'originallyAvailableAt',
] as const
const numberFields = ['rating', 'audienceRating', 'userRating', 'addedAt', 'year', 'index'] as const
const tagFields = {
  label: 'labels',
  genre: 'genres',
  country: 'countries',
  director: 'directors',
  writer: 'writers',
  producer: 'producers',
  mood: 'moods',
  style: 'styles',
} as const

export const editRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: /^\/:\/prefs$/,
    handle: (call, server) => {
      for (const pair of call.pairs) if (!pair.name.startsWith('X-Plex')) server.store.prefs.set(pair.name, pair.value)
      return done
    },
  },
  {
    method: 'PUT',
    path: /^\/library\/sections\/(\d+)\/all$/,
    handle: (call, server, [key]) => {
      const found = section(server, key)
      if (found === null) return notFound
      const ids = value(call, 'id')
      const type = entryTypeOf(Number(value(call, 'type'))) ?? found.type
      const entries =
        ids === undefined
          ? [...(found.byType.get(type) ?? [])]
          : ids.split(',').flatMap((id) => server.store.entries.get(id) ?? [])
      for (const entry of entries) edit(call, server.store, entry)
      return done
    },
  },
  {
    method: 'PUT',
    path: /^\/library\/metadata\/(\d+(?:,\d+)*)$/,
    handle: (call, server, [keys]) => onEach(call, server, keys),
  },
  {
    method: 'PUT',
    path: /^\/library\/collections\/(\d+)$/,
    handle: (call, server, [key]) => onEach(call, server, key),
  },
  { method: 'PUT', path: /^\/playlists\/(\d+)$/, handle: (call, server, [key]) => onEach(call, server, key) },
  {
    method: 'PUT',
    path: /^\/library\/(?:metadata|collections)\/(\d+)\/prefs$/,
    handle: (call, server, [key]) =>
      withEntry(server, key, (entry) => {
        entry.prefs ??= new Map()
        for (const pair of call.pairs) if (!pair.name.startsWith('X-Plex')) entry.prefs.set(pair.name, pair.value)
        server.store.change(entry, {})
      }),
  },
  {
    method: 'PUT',
    path: /^\/library\/metadata\/(\d+)\/(refresh|analyze|match|unmatch|split|merge|[a-z]+)$/,
    handle: (_call, server, [key, what]) => withEntry(server, key, (entry) => happen(server.store, entry, what ?? '')),
  },
  {
    method: 'DELETE',
    path: /^\/library\/(?:metadata|collections)\/(\d+(?:,\d+)*)$/,
    handle: (_call, server, [keys]) => removeAll(server, keys),
  },
  { method: 'DELETE', path: /^\/playlists\/(\d+)$/, handle: (_call, server, [key]) => removeAll(server, key) },
]

function onEach(call: Call, server: Server, keys: string | undefined): Reply {
  const entries = (keys ?? '').split(',').flatMap((key) => server.store.entries.get(key) ?? [])
  for (const entry of entries) edit(call, server.store, entry)
  return entries.length === 0 ? notFound : done
}

function removeAll(server: Server, keys: string | undefined): Reply {
  const entries = (keys ?? '').split(',').flatMap((key) => server.store.entries.get(key) ?? [])
  for (const entry of entries) server.store.remove(entry)
  return entries.length === 0 ? notFound : done
}

export function withEntry(server: Server, key: string | undefined, change: (entry: Entry) => void): Reply {
  const entry = server.store.entries.get(key ?? '')
  if (entry === undefined) return notFound
  change(entry)
  return done
}

/** Records an event that leaves no other trace in the entry. */
export function happen(store: Store, entry: Entry, event: string): void {
  entry.events ??= []
  entry.events.push(event)
  store.change(entry, {})
}

/** Applies all parameters of one edit: `title.value=`, `title.locked=1`, `label[0].tag.tag=`, `label[].tag.tag-=`. */
function edit(call: Call, store: Store, entry: Entry): void {
  let values: Partial<EntryValues> = {}
  for (const pair of call.pairs) {
    const field = /^([A-Za-z]+)(?:\.value)?$/.exec(pair.name)?.[1]
    const locked = /^([A-Za-z]+)\.locked$/.exec(pair.name)?.[1]
    const added = /^([A-Za-z]+)\[\d*\]\.tag\.tag$/.exec(pair.name)?.[1]
    const removed = /^([A-Za-z]+)\[\]\.tag\.tag-$/.exec(pair.name)?.[1]
    if (locked !== undefined) lock(entry, locked, pair.value === '1')
    else if (added !== undefined) values = { ...values, ...retag(store, entry, values, added, [pair.value], true) }
    // The names to remove are a list with commas. A comma within a name is encoded once more.
    else if (removed !== undefined)
      values = { ...values, ...retag(store, entry, values, removed, pair.value.split(',').map(decodeName), false) }
    else if (field !== undefined) values = { ...values, ...setField(field, pair.value) }
  }
  store.change(entry, values)
}

function setField(field: string, text: string): Partial<EntryValues> {
  const asText = textFields.find((known) => known === field)
  if (asText !== undefined) return { [asText]: text }
  const asNumber = numberFields.find((known) => known === field)
  return asNumber === undefined || !Number.isFinite(Number(text)) ? {} : { [asNumber]: Number(text) }
}

function lock(entry: Entry, field: string, on: boolean): void {
  entry.locks ??= new Set()
  if (on) entry.locks.add(field)
  else entry.locks.delete(field)
}

function retag(
  store: Store,
  entry: Entry,
  pending: Partial<EntryValues>,
  tag: string,
  names: readonly string[],
  add: boolean,
): Partial<EntryValues> {
  if (tag === 'collection') {
    for (const name of names) recollect(store, entry, name, add)
    return {}
  }
  const field = Object.entries(tagFields).find(([known]) => known === tag)?.[1]
  if (field === undefined) return {}
  const held = pending[field] ?? entry.values[field] ?? []
  if (!add) return { [field]: held.filter((name) => !names.includes(name)) }
  return { [field]: [...held, ...names.filter((name) => !held.includes(name))] }
}

/** Collections are tags to Plex: a new name makes a new collection. */
function recollect(store: Store, entry: Entry, title: string, add: boolean): void {
  if (entry.section === null) return
  const existing = collectionTitled(entry.section, title)
  if (!add) {
    if (existing?.members == null) return
    existing.members = existing.members.filter((key) => key !== entry.ratingKey)
    entry.collections?.delete(existing)
    store.change(existing, {})
    return
  }
  const collection =
    existing ?? store.addCollection(entry.section, { ratingKey: store.nextRatingKey(), title, items: [] })
  addMember(store, collection, entry)
}

export function addMember(store: Store, list: Entry, entry: Entry): void {
  list.members ??= []
  if (!list.members.includes(entry.ratingKey)) list.members.push(entry.ratingKey)
  if (list.type === 'collection') {
    entry.collections ??= new Set()
    entry.collections.add(list)
  }
  store.change(list, {})
  store.change(entry, {})
}

function collectionTitled(found: Section, title: string): Entry | undefined {
  return found.byType.get('collection')?.find((held) => held.values.title.toLowerCase() === title.toLowerCase())
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    // The name holds a bare percent sign.
    return name
  }
}
