import type { BlockedWrite } from '../../contract/records.ts'
import { subjectOfWrite } from '../../policy/write-subject.ts'

type Write = Pick<BlockedWrite, 'method' | 'path' | 'query'>

export interface TagEdit {
  /** label, genre, collection, ... */
  field: string
  added: string[]
  removed: string[]
}

/**
 * An edit of items that Plex never got: of one item, or of several at once (python-plexapi mixins/edit.py:15-40,
 * 288-338).
 */
export interface ItemEdit {
  ratingKeys: readonly string[]
  tags: readonly TagEdit[]
  /** Plain fields and their new values. */
  fields: readonly (readonly [string, string])[]
  /** Fields that were locked or unlocked. */
  locks: readonly string[]
}

/** What a blocked write would have done to fields and tags; null for any other write. */
export function itemEditOf({ method, path, query }: Write): ItemEdit | null {
  const subject = subjectOfWrite(path)
  if (method !== 'PUT' || subject.of !== 'section' || subject.action !== 'all') return null
  const values = new URLSearchParams(query)
  const tags = new Map<string, TagEdit>()
  const fields: [string, string][] = []
  const locks: string[] = []
  const tag = (field: string): TagEdit => {
    const known = tags.get(field) ?? { field, added: [], removed: [] }
    tags.set(field, known)
    return known
  }
  for (const [name, value] of values) {
    const [, field = '', part] = /^(\w+)(\[\d+\]\.tag\.tag|\[\]\.tag\.tag-|\.value|\.locked)$/.exec(name) ?? []
    if (part === undefined) continue
    if (part === '.value') fields.push([field, value])
    else if (part === '.locked') locks.push(field)
    // Commas separate the names, so that each name is encoded once more.
    else if (part.endsWith('-')) tag(field).removed.push(...value.split(',').map(decodeOnceMore))
    else tag(field).added.push(value)
  }
  const ratingKeys = (values.get('id') ?? '').split(',').filter((key) => key !== '')
  return { ratingKeys, tags: [...tags.values()], fields, locks }
}

/** An edit of labels that Plex never got. */
export interface LabelWrite {
  ratingKeys: readonly string[]
  added: readonly string[]
  removed: readonly string[]
}

/** What a blocked write would have done to labels; null for any other write. */
export function labelWriteOf(write: Write): LabelWrite | null {
  const edit = itemEditOf(write)
  const labels = edit?.tags.find(({ field }) => field === 'label')
  return edit && labels ? { ratingKeys: edit.ratingKeys, added: labels.added, removed: labels.removed } : null
}

/**
 * The words for an edit that adds tags. python-plexapi also sends the tags that the item already has
 * (mixins/edit.py:292-294), so that only tags which are not in `before` are new. `before` is null when the item's tags
 * are not known.
 */
export function addedWords(what: string, added: readonly string[], before: readonly string[] | null): string[] {
  if (before === null && added.length > 1) return [`${what}s ${added.join(', ')}`]
  const known = new Set(before)
  const fresh = added.filter((tag) => !known.has(tag))
  return fresh.length > 0 ? [`+ ${what} ${fresh.join(', ')}`] : []
}

function decodeOnceMore(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    // The label itself holds a percent sign.
    return value
  }
}
