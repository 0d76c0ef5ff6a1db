import { isStamped } from '../../policy/known-reads/stamped-search.ts'
import { type ReadSubject, recognizeRead } from '../../policy/recognize-read.ts'
import { subjectOfWrite } from '../../policy/write-subject.ts'

/** A write that Kometa believes was made. */
export interface BelievedWrite {
  method: string
  /** Path without query. */
  path: string
  /** Query without tokens; '' if there is none. */
  query: string
  ratingKey: string | null
}

/** A remembered read, with what is needed to decide whether it is stale. */
export interface RememberedRead {
  /** Path and query, without paging and tokens. */
  resource: string
  /** True if the answer contains the item. */
  mentions(ratingKey: string): boolean
}

/** True if the write could have changed the answer of the read. Pure; unknown reads and writes count as changed. */
export function couldHaveChanged({ path, ratingKey }: BelievedWrite, { resource, mentions }: RememberedRead): boolean {
  const read = recognizeRead(resource)
  if (read === null) return true
  if (ratingKey !== null && (read.ratingKeys.includes(ratingKey) || mentions(ratingKey))) return true
  const write = subjectOfWrite(path)
  switch (write.of) {
    case 'item':
      // An artwork or field of an item: a listing that shows the item mentions it, and the check above covers that.
      return ratingKey === null || write.action === null
    case 'section':
      // A label or field changes the section's search results and tag lists, but not the picture of another item.
      return read.section === write.section || read.isCollection
    case 'preferences':
      return isAboutServer(read)
    default:
      return true
  }
}

const isAboutServer = ({ section, ratingKeys, row }: ReadSubject): boolean =>
  section === undefined && ratingKeys.length === 0 && row.answer !== 'picture'

/** True if the write may have created, changed or deleted a collection. Pure. */
export function touchesCollections({ path, query, ratingKey }: BelievedWrite): boolean {
  const write = subjectOfWrite(path)
  if (write.of === 'item') return write.action === null
  // Kometa edits labels with the item's own type in the query (plexapi library.py `_edit`); 18 means a collection.
  const type = /(?:^|&)type=(\d+)/.exec(query)?.[1]
  return !(write.of === 'section' && ratingKey !== null && type !== undefined && type !== '18')
}

/** What Plex reports when a job starts; it decides which answers of the previous job are still valid. */
export interface Stamps {
  /** Path (`/`, `/library/sections`) -> digest of Plex's answer. */
  server: ReadonlyMap<string, string>
  /** Section number -> its updatedAt and contentChangedAt. */
  sections: ReadonlyMap<string, string>
  /** ratingKey -> its `itemStamp`. */
  items: ReadonlyMap<string, string>
}

/** An answer older than this is always asked for again. */
export const maxReuseMs = 10 * 60_000

/** An answer of an earlier job. */
export interface EarlierAnswer {
  /** Path and query, without paging and tokens. */
  resource: string
  ageMs: number
  /** The items in the answer, each with its stamp in the answer itself; null if that is not known. */
  shown(): ReadonlyMap<string, string | null> | null
}

/** True if a job that begins with the stamps `now` may use an answer of an earlier job. Pure. */
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
 * A section's stamp does not change when one of its items is watched or rated. The stamp of each item in the answer
 * must therefore also be current.
 */
function showsNow(shown: ReturnType<EarlierAnswer['shown']>, now: Stamps): boolean {
  return shown !== null && [...shown].every(([key, stamp]) => stamp !== null && now.items.get(key) === stamp)
}

function isSame(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>, key: string): boolean {
  const stamp = now.get(key)
  return stamp !== undefined && stamp === before.get(key)
}
