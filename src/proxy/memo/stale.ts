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
  target: string
  /** True if the answer names the item. */
  mentions(ratingKey: string): boolean
}

const sectionOf = (path: string): string | null => /^\/library\/sections\/(\d+)(?:\/|$)/.exec(path)?.[1] ?? null

/** True if the write could have changed what the read answers. Pure; what it cannot tell it calls changed. */
export function couldHaveChanged(write: BelievedWrite, read: RememberedRead): boolean {
  const { path, ratingKey } = write
  const section = sectionOf(path)
  if (ratingKey !== null && (namesItem(read.target, ratingKey) || read.mentions(ratingKey))) return true
  // An artwork or an item's own fields: listings name the item where they show it, and that was asked above.
  if (ratingKey !== null && /^\/library\/metadata\/\d+\//.test(path)) return false
  // A label or field edit changes what the section's searches find and what its tag lists offer, but no picture.
  if (section !== null) return sectionOf(read.target) === section || read.target.startsWith('/library/collections/')
  if (path.startsWith('/:/prefs')) return read.target === '/' || read.target.startsWith('/:/prefs')
  return true
}

/** True if a collection may have been made, changed or deleted. Pure. */
export function touchesCollections({ path, query, ratingKey }: BelievedWrite): boolean {
  if (/^\/library\/metadata\/\d+\//.test(path)) return false
  // Kometa edits labels with the item's own type in the query (plexapi library.py `_edit`); 18 is a collection.
  const type = /(?:^|&)type=(\d+)/.exec(query)?.[1]
  return !(sectionOf(path) !== null && ratingKey !== null && type !== undefined && type !== '18')
}

function namesItem(target: string, ratingKey: string): boolean {
  const keys = /^\/library\/(?:metadata|collections)\/([\d,]+)/.exec(target)?.[1]
  return keys?.split(',').includes(ratingKey) ?? false
}

/** Server, section and item stamps at the start of a job, by which answers of the job before are judged. */
export interface Stamps {
  /** Path (`/`, `/library/sections`) -> digest of what it answered us. */
  server: ReadonlyMap<string, string>
  /** Section number -> its updatedAt and contentChangedAt. */
  sections: ReadonlyMap<string, string>
  /** ratingKey -> its updatedAt. */
  items: ReadonlyMap<string, string>
}

/** However little has changed, an answer is asked for anew after this long. */
export const maxReuseMs = 10 * 60_000

/** What a viewer changes without the section's stamps moving. */
const volatileFields =
  /(?:^|[?&.])(?:viewCount|lastViewedAt|viewOffset|userRating|lastRatedAt|unwatched|unwatchedLeaves|unviewedLeafCount|inProgress)(?:[!=<>%]|$)|[?&]sort=[^?&]*(?:random|viewCount|lastViewedAt|userRating)/

/** Below an item: what lists other items. */
const listsOthers = new Set(['children', 'allLeaves', 'grandchildren', 'related', 'similar', 'extras'])

/**
 * Reads of the server as a whole -> the path whose answer must be the same as then. `/library` lists the three doors of every
 * library and the version of Plex's own pictures: that comes with the version of the server, which `/` tells.
 */
const ofTheServer: Readonly<Record<string, string>> = {
  '/': '/',
  '/library': '/',
  '/library/sections': '/library/sections',
}

/** True if an answer of an earlier job may be used in one that begins with `now` stamps. Pure. */
export function isReusable(target: string, ageMs: number, before: Stamps, now: Stamps): boolean {
  if (ageMs > maxReuseMs || volatileFields.test(target)) return false
  const [, keys, below = ''] = /^\/library\/metadata\/([\d,]+)(?:\/([A-Za-z]+))?/.exec(target) ?? []
  if (keys !== undefined) {
    if (!keys.split(',').every((key) => isSame(before.items, now.items, key))) return false
    // An item's stamp says nothing of its children's: for lists of them no section may have changed, since theirs is not named.
    return (
      !listsOthers.has(below) || [...now.sections.keys()].every((key) => isSame(before.sections, now.sections, key))
    )
  }
  const server = ofTheServer[target]
  if (server !== undefined) return isSame(before.server, now.server, server)
  const section = sectionOf(target)
  return section !== null && isSame(before.sections, now.sections, section)
}

function isSame(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>, key: string): boolean {
  const stamp = now.get(key)
  return stamp !== undefined && stamp === before.get(key)
}
