/**
 * The parameters of Plex's reads by Plex's API description, python-plexapi and Kometa: a second opinion that does not
 * use the proxy's list. `{id}` is a number, `{ids}` numbers joined by commas, `{stamp}` a time stamp, `{word}` letters,
 * `{file}` a plain file name.
 */
export interface DocumentedRead {
  path: string
  parameters: readonly string[]
  /** True for a media query, which also has search fields. */
  search: boolean
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

/** Parameters that a client sends in the header or in the query. */
const paging = words('X-Plex-Container-Start X-Plex-Container-Size')
/** `_INCLUDES` and `_EXCLUDES` of plexapi base.py, without `checkFiles`. */
const details = words(`includeAllConcerts includeBandwidths includeChapters includeChildren includeConcerts
  includeExternalMedia includeExtras includeFields includeGeolocation includeGuids includeLoudnessRamps includeMarkers
  includeOnDeck includePopularLeaves includePreferences includeRelated includeRelatedCount includeReviews includeStations
  excludeElements excludeFields skipRefresh`)
const listing = words(`type sort limit includeGuids includeMeta includeAdvanced includeCollections includeExternalMedia
  includeFields excludeFields excludeElements`)
const grammar = words('push pop and or')
const children = words('includeGuids excludeAllLeaves')
const picture = words('width height')

const read = (path: string, ...parameters: (readonly string[])[]): DocumentedRead => ({
  path,
  parameters: parameters.flat(),
  search: false,
})
const mediaQuery = (path: string): DocumentedRead => ({ ...read(path, paging, listing, grammar), search: true })

export const documentedReads: readonly DocumentedRead[] = [
  ...words(`/ /identity /:/prefs /accounts /activities /butler /clients /devices /updater/status /status/sessions
    /status/sessions/background /transcode/sessions /library /library/sections /library/sections/
    /library/sections/all /library/sections/{id}/prefs /library/sections/{id}/timeline /:/resources/{file}`).map(
    (path) => read(path),
  ),
  read('/media/providers', ['includeStorage']),
  read('/system/agents', ['mediaType']),
  read('/statistics/resources', ['timespan']),
  read('/status/sessions/history/all', paging, [
    ...words('sort accountID librarySectionID metadataItemID'),
    'viewedAt>',
  ]),
  mediaQuery('/library/all'),
  read('/library/onDeck', paging, listing),
  read('/library/recentlyAdded', paging, listing),
  read('/library/tags', paging, ['type']),
  read('/library/sections/{id}', ['includeDetails']),
  mediaQuery('/library/sections/{id}/all'),
  mediaQuery('/library/sections/{id}/collections'),
  read('/library/sections/{id}/albums', paging, listing),
  read('/library/sections/{id}/common', ['type', 'id']),
  read('/library/sections/{id}/computePath', ['startID', 'endID']),
  read('/library/sections/{id}/filters', ['type']),
  read('/library/sections/{id}/sorts', ['type']),
  read('/library/sections/{id}/firstCharacter', ['type', 'sort']),
  read('/library/sections/{id}/folder', paging, ['parent']),
  read('/library/sections/{id}/onDeck', paging, listing),
  read('/library/sections/{id}/recentlyAdded', paging, listing),
  read('/library/sections/{id}/search', paging, ['type', 'query']),
  read('/library/sections/{id}/composite/{stamp}', picture),
  // A section has a list of tags for each of its filters.
  ...words(`actor audioLanguage album artist collection contentRating country decade director dovi duplicate
    editionTitle format genre hdr inProgress label mood network producer resolution season show source studio style
    subformat subtitleLanguage title trash unmatched unwatched unwatchedLeaves writer year`).map((tag) =>
    read(`/library/sections/{id}/${tag}`, paging, ['type']),
  ),
  read('/library/metadata/{ids}', paging, details),
  read('/library/metadata/{ids}/children', paging, children),
  read('/library/metadata/{ids}/allLeaves', paging, children),
  ...words('extras related similar').map((list) => read(`/library/metadata/{ids}/${list}`, paging)),
  read('/library/metadata/{id}/nearest', paging, words('limit maxDistance excludeParentID excludeGrandparentID')),
  ...words('posters arts banners clearLogos squareArts themes').map((list) =>
    read(`/library/metadata/{id}/${list}`, paging),
  ),
  read('/library/metadata/{id}/file', ['url']),
  ...words('thumb art poster banner theme clearLogo squareArt composite').map((element) =>
    read(`/library/metadata/{id}/${element}/{stamp}`, picture),
  ),
  read('/library/streams/{id}/levels', ['subSample', 'subsample']),
  read('/library/collections/{id}', paging, details),
  read('/library/collections/{id}/children', paging, children),
  read('/library/collections/{id}/items', paging, children),
  read('/library/collections/{id}/composite/{stamp}', picture),
  read('/playlists', paging, words('type playlistType sectionID title sort smart includeCollections')),
  read('/playlists/{id}', paging, details),
  read('/playlists/{id}/items', paging, children),
  read('/playlists/{id}/composite/{stamp}', picture),
  read('/hubs', paging, words('count contentDirectoryID identifier')),
  read('/hubs/continueWatching/items', paging),
  read('/hubs/search', paging, words('query limit sectionId includeCollections includeExternalMedia')),
  read('/hubs/sections/{id}', paging, ['includeStations']),
  read('/hubs/sections/{id}/continueWatching/items', paging),
  read('/hubs/sections/{id}/manage', paging, ['metadataItemId']),
]

const searchFields: ReadonlySet<string> = new Set(
  words(`actor addedAt audienceRating audioLanguage collection contentRating country decade director dovi duplicate
    duration editionTitle format genre guid hdr id inProgress index label lastRatedAt lastSkippedAt lastViewedAt
    mediaBitrate mediaHeight mediaSize mood network originalTitle originallyAvailableAt producer rating ratingCount
    resolution skipCount source studio style subformat subtitleLanguage summary tagline title titleSort trash unmatched
    unviewedLeafCount unwatched unwatchedLeaves updatedAt userRating viewCount viewOffset writer year`),
)
const searchName =
  /^(?:(?:movie|show|season|episode|artist|album|track|collection|photo|photoalbum|clip)\.)?([A-Za-z]+)(?:[!<>]?=?|<<|>>)$/

/** Whether a read of this shape documents the parameter; `name` is decoded. */
export function documents({ parameters, search }: DocumentedRead, name: string): boolean {
  if (parameters.includes(name)) return true
  const field = search ? searchName.exec(name)?.[1] : undefined
  return field !== undefined && searchFields.has(field)
}
