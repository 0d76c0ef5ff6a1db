import { artworkTable, keptKinds } from '../../contract/artwork-kinds.ts'
import type { ValueShape } from './value-shapes.ts'

/**
 * What an answer contains. `listing`: the items of a section, which the scope shortens. `artworks`: pictures, each of
 * which may then be requested by its `file?url=`. `picture`: the bytes of one picture. `text`: anything else.
 */
export type AnswerContent = 'text' | 'listing' | 'artworks' | 'picture'

/**
 * How long an answer may be reused. `never`: Plex reports its current state. `job`: for one job. The others also allow
 * later jobs, as long as Plex reports the same stamp at their start for the `server`, its list of `sections`, this
 * `section` or these `items`.
 */
export type KeptFor = 'never' | 'job' | 'server' | 'sections' | 'section' | 'items'

/**
 * What is read while Kometa is still starting: reads about the server, about a target's section, about a target, or
 * about a target with the overlay label.
 */
export type ReadAhead = 'server' | 'section' | 'item' | 'labelled item'

/**
 * One read that may go to Plex, and everything that this program knows about it. Placeholders in a path: `{section}`,
 * `{id}`, `{collection}`, `{playlist}` and `{stream}` are numbers, `{ids}` numbers separated by commas, `{stamp}` the
 * time stamp of an artwork, `{element}` the name of an artwork, `{file}` a plain file name, `{tag}` a filter key of the
 * section's own Meta.
 */
export interface ReadTemplate {
  path: string
  answer: AnswerContent
  kept: KeptFor
  ahead: ReadAhead | null
  /** Plex's type number of the listed items if the query names no type; null = the section's own type. */
  listsType: number | null
  /** Parameters and the shapes of their values; any other parameter is refused. */
  query: Readonly<Record<string, ValueShape>>
  /**
   * Also allows search fields: `[type.]field` and operator, with fields from the section's Meta or plexapi's manual
   * ones.
   */
  search: boolean
  /** Parameters that the read must have. */
  needs: readonly string[]
  /** Pairs that we add if they are missing. */
  adds: readonly string[]
}

/** A row as written below. It must always say what the answer contains and how long it is kept. */
export type ReadRow = Pick<ReadTemplate, 'path' | 'answer' | 'kept'> & Partial<ReadTemplate>

/** Fills in the columns that a row leaves out. */
export function completeRow(row: ReadRow): ReadTemplate {
  return { ahead: null, listsType: null, query: {}, search: false, needs: [], adds: [], ...row }
}

const paging = { 'X-Plex-Container-Start': 'number', 'X-Plex-Container-Size': 'number' } as const
/** plexapi's `_INCLUDES` and `_EXCLUDES` (base.py) without `checkFiles`, which makes Plex read the disk. */
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
/** plexapi's grammar of nested filters (library.py `_validateAdvancedSearch`), which Kometa uses too. */
const grammar = { push: 'one', pop: 'one', and: 'one', or: 'one' } as const
const children = { ...paging, includeGuids: 'flag', excludeAllLeaves: 'flag' } as const
const picture = { width: 'number', height: 'number' } as const

/** Parameters that may repeat: the grammar, and `title`, which is also a search field. */
export const repeatable: ReadonlySet<string> = new Set(['push', 'pop', 'and', 'or', 'title'])

/** `kept` names a stamp only if every change of the answer also changes that stamp. */
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

  // Items. A plain metadata read makes Plex refresh the item unless it has skipRefresh=1 (Plex's own API text).
  {
    path: '/library/metadata/{ids}',
    answer: 'text',
    kept: 'items',
    ahead: 'item',
    query: { ...paging, ...details },
    adds: ['skipRefresh=1'],
  },
  // If seasons are hidden, plexapi asks for the season of an episode by `index` (video.py:1136).
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

/** The whole allow-list. A read that is not in it never reaches Plex. */
export const readTemplates: readonly ReadTemplate[] = rows.map(completeRow)
