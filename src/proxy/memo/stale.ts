import { isStamped } from '../../policy/known-reads/stamped-search.ts'
import { type ReadSubject, recognizeRead } from '../../policy/recognize-read.ts'
import { subjectOfWrite } from '../../policy/write-subject.ts'

/** A write that Kometa believes it made. */
export interface BelievedWrite {
  method: string
  /** Path, no query. */
  path: string
  /** Without tokens, '' if none. */
  query: string
  ratingKey: string | null
}

/** A remembered read, as far as staleness goes. */
export interface RememberedRead {
  /** Path and query, no paging, no token. */
  resource: string
  /** True if the answer names the item. */
  mentions(ratingKey: string): boolean
}

/** True if the write could have changed what the read answers. Pure; what it cannot tell counts as changed. */
export function couldHaveChanged({ path, ratingKey }: BelievedWrite, { resource, mentions }: RememberedRead): boolean {
  const read = recognizeRead(resource)
  if (read === null) return true
  if (ratingKey !== null && (read.ratingKeys.includes(ratingKey) || mentions(ratingKey))) return true
  const write = subjectOfWrite(path)
  switch (write.of) {
    case 'item':
      // An artwork or an item's own fields: a listing that shows the item mentions it, and that was asked above.
      return ratingKey === null || write.action === null
    case 'section':
      // A label or a field changes what the section's searches find and which tags it lists, but no picture of another
      // item.
      return read.section === write.section || read.isCollection
    case 'preferences':
      return isAboutServer(read)
    default:
      return true
  }
}

const isAboutServer = ({ section, ratingKeys, row }: ReadSubject): boolean =>
  section === undefined && ratingKeys.length === 0 && row.answer !== 'picture'

/** True if a collection may have been made, changed or deleted. Pure. */
export function touchesCollections({ path, query, ratingKey }: BelievedWrite): boolean {
  const write = subjectOfWrite(path)
  if (write.of === 'item') return write.action === null
  // Kometa edits labels with the item's own type in the query (plexapi library.py `_edit`); 18 is a collection.
  const type = /(?:^|&)type=(\d+)/.exec(query)?.[1]
  return !(write.of === 'section' && ratingKey !== null && type !== undefined && type !== '18')
}

/** What Plex says of itself when a job starts: answers of the job before are judged by it. */
export interface Stamps {
  /** Path (`/`, `/library/sections`) -> digest of what it answered us. */
  server: ReadonlyMap<string, string>
  /** Section number -> its updatedAt and contentChangedAt. */
  sections: ReadonlyMap<string, string>
  /** ratingKey -> its `itemStamp`. */
  items: ReadonlyMap<string, string>
}

/** However little has changed, an answer is asked for again after this long. */
export const maxReuseMs = 10 * 60_000

/** An answer of an earlier job. */
export interface EarlierAnswer {
  /** Path and query, no paging, no token. */
  resource: string
  ageMs: number
  /**
   * The items that the answer shows, each with the stamp that the answer itself bears; null where that cannot be told.
   */
  shown(): ReadonlyMap<string, string | null> | null
}

/** True if an answer of an earlier job may be used in one that begins with the stamps of `now`. Pure. */
export function isReusable({ resource, ageMs, shown }: EarlierAnswer, before: Stamps, now: Stamps): boolean {
  const read = recognizeRead(resource)
  if (read === null || ageMs > maxReuseMs) return false
  switch (read.row.kept) {
    case 'never':
    case 'job':
      return false
    case 'server':
      return isSame(before.server, now.server, '/')
    case 'sections':
      return isSame(before.server, now.server, '/library/sections')
    case 'items':
      return read.ratingKeys.every((key) => isSame(before.items, now.items, key))
    case 'section': {
      if (read.section === undefined || !isStamped(read)) return false
      return isSame(before.sections, now.sections, read.section) && showsNow(shown(), now)
    }
  }
}

/**
 * A section's stamp stays when an item of it is watched or rated: what the answer shows of each item must be so now
 * too.
 */
function showsNow(shown: ReturnType<EarlierAnswer['shown']>, now: Stamps): boolean {
  return shown !== null && [...shown].every(([key, stamp]) => stamp !== null && now.items.get(key) === stamp)
}

function isSame(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>, key: string): boolean {
  const stamp = now.get(key)
  return stamp !== undefined && stamp === before.get(key)
}
