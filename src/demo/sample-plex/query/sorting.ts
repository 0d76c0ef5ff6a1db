import { type Entry, type EntryType, titleSortOf } from '../model/entry.ts'
import { fields } from './fields.ts'

type Compare = (a: Entry, b: Entry) => number

interface SortKey {
  prefix: string | null
  field: string
  descending: boolean
}

const keyPattern = /^(?:([a-z]+)\.)?([A-Za-z]+)(?::(asc|desc|nullsLast))?$/

/** A new array of the entries in the order of Plex's `sort=`. Unknown sort keys are ignored. */
export function sortEntries(entries: readonly Entry[], sort: string | undefined): Entry[] {
  const keys = (sort ?? '').split(',').flatMap(parseKey)
  if (keys.some((key) => key.field === 'random')) return shuffled(entries)
  const compares = keys.map(compareBy)
  return [...entries].sort((a, b) => {
    for (const compare of compares) {
      const order = compare(a, b)
      if (order !== 0) return order
    }
    return byPlace(a, b)
  })
}

function parseKey(text: string): SortKey[] {
  const parts = keyPattern.exec(text.trim())
  const field = parts?.[2]
  if (parts === null || field === undefined || !(field === 'random' || fields.has(field))) return []
  return [{ prefix: parts[1] ?? null, field, descending: parts[3] === 'desc' }]
}

function compareBy(key: SortKey): Compare {
  const field = fields.get(key.field)
  const sign = key.descending ? -1 : 1
  return (a, b) => {
    const left = field?.values(holderOf(a, key.prefix))[0]
    const right = field?.values(holderOf(b, key.prefix))[0]
    // An entry without a value goes last in either direction.
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined)
    return sign * compareValues(left, right)
  }
}

function holderOf(entry: Entry, prefix: string | null): Entry {
  for (let at: Entry | null = entry; at !== null; at = at.parent) if (at.type === prefix) return at
  return entry
}

function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const left = String(a).toLowerCase()
  const right = String(b).toLowerCase()
  return left < right ? -1 : left > right ? 1 : 0
}

const places = new WeakMap<Entry, { title: string; place: string }>()

/** The default order: by title; seasons and episodes by show, then by number. */
function byPlace(a: Entry, b: Entry): number {
  const left = placeOf(a)
  const right = placeOf(b)
  return left < right ? -1 : left > right ? 1 : Number(a.ratingKey) - Number(b.ratingKey)
}

const numbered: ReadonlySet<EntryType> = new Set(['season', 'episode', 'track'])

function placeOf(entry: Entry): string {
  const title = titleSortOf(entry)
  const known = places.get(entry)
  if (known?.title === title) return known.place
  const own = numbered.has(entry.type) ? String(entry.values.index ?? 0).padStart(6, '0') : title.toLowerCase()
  const place = entry.parent === null ? own : `${placeOf(entry.parent)}\n${own}`
  places.set(entry, { title, place })
  return place
}

function shuffled(entries: readonly Entry[]): Entry[] {
  const out = [...entries]
  for (let at = out.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1))
    const a = out[at]
    const b = out[other]
    if (a === undefined || b === undefined) continue
    out[at] = b
    out[other] = a
  }
  return out
}
