import { artworkTable, keptKinds } from '../../contract/artwork-kinds.ts'
import type { ValueShape } from './value-shapes.ts'

/**
 * What an answer holds: `listing` the items of a section (the scope shortens it), `artworks` pictures of which each
 * may be asked
 * for by its `file?url=` from then on, `picture` the bytes of one, `text` anything else.
 */
export type AnswerContent = 'text' | 'listing' | 'artworks' | 'picture'

/**
 * How long an answer may be given again: `never` (Plex reports its own state of the moment), for one `job`, or in
 * later jobs too,
 * as long as what Plex says at their start is the same: about the `server`, its list of `sections`, this `section` or
 * these `items`.
 */
export type KeptFor = 'never' | 'job' | 'server' | 'sections' | 'section' | 'items'

/**
 * What is read while Kometa still starts: of the server, of a target's section, of a target, of one with the label of
 * overlays.
 */
export type ReadAhead = 'server' | 'section' | 'item' | 'labelled item'

/**
 * One read that may go to Plex, and everything that this program knows about it. In a path `{section}`, `{id}`,
 * `{collection}`,
 * `{playlist}` and `{stream}` are numbers, `{ids}` numbers joined by commas, `{stamp}` an artwork's time stamp,
 * `{element}` an
 * artwork's name, `{file}` a plain file name, `{tag}` a filter key of the section's own Meta.
 */
export interface ReadTemplate {
  path: string
  answer: AnswerContent
  kept: KeptFor
  ahead: ReadAhead | null
  /** Plex's number of the type of item that a listing holds where the query names none; null = the section's own. */
  listsType: number | null
  /** Parameters and what their values look like; anything else is refused. */
  query: Readonly<Record<string, ValueShape>>
  /** Takes search fields too: `[type.]field` and operator, field from the section's Meta or plexapi's manual ones. */
  search: boolean
  /** Parameters without which it is no read. */
  needs: readonly string[]
  /** Pairs that we add, where they are not there already. */
  adds: readonly string[]
}

/** A row as it is written below: what the answer holds and how long it is kept are never left to a default. */
export type ReadRow = Pick<ReadTemplate, 'path' | 'answer' | 'kept'> & Partial<ReadTemplate>

/** The row with all of its columns. */
export function completeRow(row: ReadRow): ReadTemplate {
  return { ahead: null, listsType: null, query: {}, search: false, needs: [], adds: [], ...row }
}

const paging = { 'X-Plex-Container-Start': 'number', 'X-Plex-Container-Size': 'number' } as const
/** plexapi's `_INCLUDES` and `_EXCLUDES` (base.py) without `checkFiles`, which makes Plex look at the disk. */
const details = {
  includeAllConcerts: 'flag',
  includeBandwidths: 'flag',
  includeChapters: 'flag',
  includeChildren: 'flag',
  includeConcerts: 'flag',
  includeExternalMedia: 'flag',
  includeExtras: 'flag',
  includeFields: 'names',
  includeGeolocation: 'flag',
  includeGuids: 'flag',
  includeLoudnessRamps: 'flag',
  includeMarkers: 'flag',
  includeOnDeck: 'flag',
  includePopularLeaves: 'flag',
  includePreferences: 'flag',
  includeRelated: 'flag',
  includeRelatedCount: 'flag',
  includeReviews: 'flag',
  includeStations: 'flag',
  excludeElements: 'names',
  excludeFields: 'names',
  skipRefresh: 'one',
} as const
const listing = {
  ...paging,
  type: 'numbers',
  sort: 'sort',
  limit: 'number',
  includeGuids: 'flag',
  includeMeta: 'flag',
  includeAdvanced: 'flag',
  includeCollections: 'flag',
  includeExternalMedia: 'flag',
  includeFields: 'names',
  excludeFields: 'names',
  excludeElements: 'names',
} as const
/** plexapi's grammar of nested filters (library.py `_validateAdvancedSearch`), which Kometa writes too. */
const grammar = { push: 'one', pop: 'one', and: 'one', or: 'one' } as const
const children = { ...paging, includeGuids: 'flag', excludeAllLeaves: 'flag' } as const
const picture = { width: 'number', height: 'number' } as const

/** Parameters that may stand more than once: the grammar, and `title`, which is a search field as well. */
export const repeatable: ReadonlySet<string> = new Set(['push', 'pop', 'and', 'or', 'title'])

/** For each row the question was: what changes this answer, and does the stamp that it names change with it? */
const rows: readonly ReadRow[] = [
  // The server (Kometa connects with these; plexapi server.py)
  { path: '/', answer: 'text', kept: 'server', ahead: 'server' },
  { path: '/identity', answer: 'text', kept: 'job' },
  { path: '/:/prefs', answer: 'text', kept: 'job', ahead: 'server' },
  { path: '/media/providers', answer: 'text', kept: 'job', query: { includeStorage: 'flag' } },
  { path: '/accounts', answer: 'text', kept: 'job' },
  { path: '/activities', answer: 'text', kept: 'never' },
  { path: '/butler', answer: 'text', kept: 'never' },
  { path: '/clients', answer: 'text', kept: 'never' },
  { path: '/devices', answer: 'text', kept: 'never' },
  { path: '/system/agents', answer: 'text', kept: 'job', query: { mediaType: 'number' } },
  { path: '/updater/status', answer: 'text', kept: 'never' },
  { path: '/status/sessions', answer: 'text', kept: 'never' },
  { path: '/status/sessions/background', answer: 'text', kept: 'never' },
  {
    path: '/status/sessions/history/all',
    answer: 'text',
    kept: 'never',
    query: {
      ...paging,
      sort: 'sort',
      accountID: 'number',
      librarySectionID: 'number',
      metadataItemID: 'number',
      'viewedAt%3E': 'number',
    },
  },
  { path: '/transcode/sessions', answer: 'text', kept: 'never' },
  { path: '/statistics/resources', answer: 'text', kept: 'never', query: { timespan: 'number' } },

  // The library
  { path: '/library', answer: 'text', kept: 'server', ahead: 'server' },
  { path: '/library/sections', answer: 'text', kept: 'sections', ahead: 'server' },
  { path: '/library/sections/', answer: 'text', kept: 'job' },
  { path: '/library/sections/all', answer: 'text', kept: 'job' },
  { path: '/library/all', answer: 'text', kept: 'job', query: { ...listing, ...grammar, title: 'text' }, search: true },
  { path: '/library/onDeck', answer: 'text', kept: 'job', query: listing },
  { path: '/library/recentlyAdded', answer: 'text', kept: 'job', query: listing },
  { path: '/library/tags', answer: 'text', kept: 'job', query: { ...paging, type: 'number' } },

  // One section
  { path: '/library/sections/{section}', answer: 'text', kept: 'job', query: { includeDetails: 'flag' } },
  {
    path: '/library/sections/{section}/all',
    answer: 'listing',
    kept: 'section',
    query: { ...listing, ...grammar, title: 'text' },
    search: true,
  },
  {
    path: '/library/sections/{section}/collections',
    answer: 'text',
    kept: 'section',
    query: { ...listing, ...grammar, title: 'text' },
    search: true,
  },
  { path: '/library/sections/{section}/albums', listsType: 9, answer: 'listing', kept: 'section', query: listing },
  { path: '/library/sections/{section}/common', answer: 'text', kept: 'job', query: { type: 'number', id: 'numbers' } },
  {
    path: '/library/sections/{section}/computePath',
    answer: 'text',
    kept: 'job',
    query: { startID: 'number', endID: 'number' },
  },
  { path: '/library/sections/{section}/filters', answer: 'text', kept: 'section', query: { type: 'numbers' } },
  {
    path: '/library/sections/{section}/firstCharacter',
    answer: 'text',
    kept: 'section',
    query: { type: 'numbers', sort: 'sort' },
  },
  {
    path: '/library/sections/{section}/folder',
    answer: 'text',
    kept: 'section',
    query: { ...paging, parent: 'number' },
  },
  { path: '/library/sections/{section}/onDeck', answer: 'listing', kept: 'job', query: listing },
  { path: '/library/sections/{section}/prefs', answer: 'text', kept: 'job', ahead: 'section' },
  { path: '/library/sections/{section}/recentlyAdded', answer: 'listing', kept: 'section', query: listing },
  {
    path: '/library/sections/{section}/search',
    answer: 'listing',
    kept: 'section',
    query: { ...paging, type: 'number', query: 'text' },
  },
  { path: '/library/sections/{section}/sorts', answer: 'text', kept: 'section', query: { type: 'numbers' } },
  { path: '/library/sections/{section}/timeline', answer: 'text', kept: 'job' },
  { path: '/library/sections/{section}/composite/{stamp}', answer: 'picture', kept: 'section', query: picture },
  { path: '/library/sections/{section}/{tag}', answer: 'text', kept: 'section', query: { ...paging, type: 'numbers' } },

  // Items. A plain metadata read makes Plex refresh the item unless skipRefresh=1 (Plex's own API text).
  {
    path: '/library/metadata/{ids}',
    answer: 'text',
    kept: 'items',
    ahead: 'item',
    query: { ...paging, ...details },
    adds: ['skipRefresh=1'],
  },
  // plexapi asks for the season of an episode whose seasons are hidden by `index` (video.py:1136).
  { path: '/library/metadata/{ids}/children', answer: 'text', kept: 'job', query: { ...children, index: 'number' } },
  { path: '/library/metadata/{ids}/allLeaves', answer: 'text', kept: 'job', query: children },
  { path: '/library/metadata/{ids}/extras', answer: 'text', kept: 'job', query: paging },
  { path: '/library/metadata/{ids}/related', answer: 'text', kept: 'job', query: paging },
  { path: '/library/metadata/{ids}/similar', answer: 'text', kept: 'job', query: paging },
  {
    path: '/library/metadata/{id}/nearest',
    answer: 'text',
    kept: 'job',
    query: {
      ...paging,
      limit: 'number',
      maxDistance: 'decimal',
      excludeParentID: 'number',
      excludeGrandparentID: 'number',
    },
  },
  ...keptKinds.map(
    (kind): ReadRow => ({
      path: `/library/metadata/{id}/${artworkTable[kind].list}`,
      answer: 'artworks',
      kept: 'items',
      ahead: kind === 'poster' ? 'labelled item' : null,
      query: paging,
    }),
  ),
  { path: '/library/metadata/{id}/file', answer: 'picture', kept: 'items', query: { url: 'text' }, needs: ['url'] },
  { path: '/library/metadata/{id}/{element}/{stamp}', answer: 'picture', kept: 'items', query: picture },
  {
    path: '/library/streams/{stream}/levels',
    answer: 'text',
    kept: 'job',
    query: { subSample: 'number', subsample: 'number' },
  },
  { path: '/:/resources/{file}', answer: 'picture', kept: 'job' },

  // Collections, playlists, hubs
  { path: '/library/collections/{collection}', answer: 'text', kept: 'job', query: { ...paging, ...details } },
  { path: '/library/collections/{collection}/children', answer: 'text', kept: 'job', query: children },
  { path: '/library/collections/{collection}/items', answer: 'text', kept: 'job', query: children },
  { path: '/library/collections/{collection}/composite/{stamp}', answer: 'picture', kept: 'job', query: picture },
  {
    path: '/playlists',
    answer: 'text',
    kept: 'job',
    query: {
      ...paging,
      type: 'numbers',
      playlistType: 'word',
      sectionID: 'number',
      title: 'text',
      sort: 'sort',
      smart: 'flag',
      includeCollections: 'flag',
    },
  },
  { path: '/playlists/{playlist}', answer: 'text', kept: 'job', query: { ...paging, ...details } },
  { path: '/playlists/{playlist}/items', answer: 'text', kept: 'job', query: children },
  { path: '/playlists/{playlist}/composite/{stamp}', answer: 'picture', kept: 'job', query: picture },
  {
    path: '/hubs',
    answer: 'text',
    kept: 'job',
    query: { ...paging, count: 'number', contentDirectoryID: 'numbers', identifier: 'words' },
  },
  { path: '/hubs/continueWatching/items', answer: 'text', kept: 'job', query: paging },
  {
    path: '/hubs/search',
    answer: 'text',
    kept: 'job',
    query: {
      ...paging,
      query: 'text',
      limit: 'number',
      sectionId: 'number',
      includeCollections: 'flag',
      includeExternalMedia: 'flag',
    },
  },
  { path: '/hubs/sections/{section}', answer: 'text', kept: 'job', query: { ...paging, includeStations: 'flag' } },
  { path: '/hubs/sections/{section}/continueWatching/items', answer: 'text', kept: 'job', query: paging },
  {
    path: '/hubs/sections/{section}/manage',
    answer: 'text',
    kept: 'job',
    query: { ...paging, metadataItemId: 'number' },
  },
]

/** The whole allow-list. What is not in it does not reach Plex. */
export const readTemplates: readonly ReadTemplate[] = rows.map(completeRow)
