import { artworkTable, keptKinds } from '../../contract/artwork-kinds.ts'
import type { ValueShape } from './value-shapes.ts'

/**
 * A read that may go to Plex. In a path `{section}` and `{id}` are numbers, `{ids}` numbers joined by commas, `{stamp}` an
 * artwork's time stamp, `{element}` an artwork's name, `{file}` a plain file name, `{tag}` a filter key of the section's own Meta.
 */
export interface ReadTemplate {
  path: string
  /** Parameters and what their values look like; anything else is refused. */
  query?: Readonly<Record<string, ValueShape>>
  /** Takes search fields too: `[type.]field` and operator, field from the section's Meta or plexapi's manual ones. */
  search?: true
  /** Parameters without which it is no read. */
  needs?: readonly string[]
  /** Pairs that we add, where they are not there already. */
  adds?: readonly string[]
  /** The answer lists artwork whose `file?url=` may be asked for later. */
  listsArtwork?: true
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

/** The whole allow-list. What is not in it does not reach Plex. */
export const readTemplates: readonly ReadTemplate[] = [
  // The server (Kometa connects with these; plexapi server.py)
  { path: '/' },
  { path: '/identity' },
  { path: '/:/prefs' },
  { path: '/media/providers', query: { includeStorage: 'flag' } },
  { path: '/accounts' },
  { path: '/activities' },
  { path: '/butler' },
  { path: '/clients' },
  { path: '/devices' },
  { path: '/system/agents', query: { mediaType: 'number' } },
  { path: '/updater/status' },
  { path: '/status/sessions' },
  { path: '/status/sessions/background' },
  {
    path: '/status/sessions/history/all',
    query: {
      ...paging,
      sort: 'sort',
      accountID: 'number',
      librarySectionID: 'number',
      metadataItemID: 'number',
      'viewedAt%3E': 'number',
    },
  },
  { path: '/transcode/sessions' },
  { path: '/statistics/resources', query: { timespan: 'number' } },

  // The library
  { path: '/library' },
  { path: '/library/sections' },
  { path: '/library/sections/' },
  { path: '/library/sections/all' },
  { path: '/library/all', query: { ...listing, ...grammar, title: 'text' }, search: true },
  { path: '/library/onDeck', query: listing },
  { path: '/library/recentlyAdded', query: listing },
  { path: '/library/tags', query: { ...paging, type: 'number' } },

  // One section
  { path: '/library/sections/{section}', query: { includeDetails: 'flag' } },
  { path: '/library/sections/{section}/all', query: { ...listing, ...grammar, title: 'text' }, search: true },
  { path: '/library/sections/{section}/collections', query: { ...listing, ...grammar, title: 'text' }, search: true },
  { path: '/library/sections/{section}/albums', query: listing },
  { path: '/library/sections/{section}/common', query: { type: 'number', id: 'numbers' } },
  { path: '/library/sections/{section}/computePath', query: { startID: 'number', endID: 'number' } },
  { path: '/library/sections/{section}/filters', query: { type: 'numbers' } },
  { path: '/library/sections/{section}/firstCharacter', query: { type: 'numbers', sort: 'sort' } },
  { path: '/library/sections/{section}/folder', query: { ...paging, parent: 'number' } },
  { path: '/library/sections/{section}/onDeck', query: listing },
  { path: '/library/sections/{section}/prefs' },
  { path: '/library/sections/{section}/recentlyAdded', query: listing },
  { path: '/library/sections/{section}/search', query: { ...paging, type: 'number', query: 'text' } },
  { path: '/library/sections/{section}/sorts', query: { type: 'numbers' } },
  { path: '/library/sections/{section}/timeline' },
  { path: '/library/sections/{section}/composite/{stamp}', query: picture },
  { path: '/library/sections/{section}/{tag}', query: { ...paging, type: 'numbers' } },

  // Items. A plain metadata read makes Plex refresh the item unless skipRefresh=1 (Plex's own API text).
  { path: '/library/metadata/{ids}', query: { ...paging, ...details }, adds: ['skipRefresh=1'] },
  // plexapi asks for the season of an episode whose seasons are hidden by `index` (video.py:1136).
  { path: '/library/metadata/{ids}/children', query: { ...children, index: 'number' } },
  { path: '/library/metadata/{ids}/allLeaves', query: children },
  { path: '/library/metadata/{ids}/extras', query: paging },
  { path: '/library/metadata/{ids}/related', query: paging },
  { path: '/library/metadata/{ids}/similar', query: paging },
  {
    path: '/library/metadata/{id}/nearest',
    query: {
      ...paging,
      limit: 'number',
      maxDistance: 'decimal',
      excludeParentID: 'number',
      excludeGrandparentID: 'number',
    },
  },
  ...keptKinds.map(
    (kind): ReadTemplate => ({
      path: `/library/metadata/{id}/${artworkTable[kind].list}`,
      query: paging,
      listsArtwork: true,
    }),
  ),
  { path: '/library/metadata/{id}/file', query: { url: 'text' }, needs: ['url'] },
  { path: '/library/metadata/{id}/{element}/{stamp}', query: picture },
  { path: '/library/streams/{id}/levels', query: { subSample: 'number', subsample: 'number' } },
  { path: '/:/resources/{file}' },

  // Collections, playlists, hubs
  { path: '/library/collections/{id}', query: { ...paging, ...details } },
  { path: '/library/collections/{id}/children', query: children },
  { path: '/library/collections/{id}/items', query: children },
  { path: '/library/collections/{id}/composite/{stamp}', query: picture },
  {
    path: '/playlists',
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
  { path: '/playlists/{id}', query: { ...paging, ...details } },
  { path: '/playlists/{id}/items', query: children },
  { path: '/playlists/{id}/composite/{stamp}', query: picture },
  { path: '/hubs', query: { ...paging, count: 'number', contentDirectoryID: 'numbers', identifier: 'words' } },
  { path: '/hubs/continueWatching/items', query: paging },
  {
    path: '/hubs/search',
    query: {
      ...paging,
      query: 'text',
      limit: 'number',
      sectionId: 'number',
      includeCollections: 'flag',
      includeExternalMedia: 'flag',
    },
  },
  { path: '/hubs/sections/{section}', query: { ...paging, includeStations: 'flag' } },
  { path: '/hubs/sections/{section}/continueWatching/items', query: paging },
  { path: '/hubs/sections/{section}/manage', query: { ...paging, metadataItemId: 'number' } },
]
