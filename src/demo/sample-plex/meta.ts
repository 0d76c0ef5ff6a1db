import { node, type PlexNode } from './node.ts'
import { type EntryType, type Section, typeNumbers } from './state.ts'

type Filter = readonly [name: string, type: 'string' | 'integer' | 'boolean', title: string]
type Sort = readonly [key: string, direction: 'asc' | 'desc', title: string]
type Field = readonly [name: string, type: string, title: string, subType?: string]

interface TypeMeta {
  title: string
  filters: readonly Filter[]
  sorts: readonly Sort[]
  fields: readonly Field[]
}

const tagFilter = (name: string, title: string): Filter => [name, 'string', title]
const flagFilter = (name: string, title: string): Filter => [name, 'boolean', title]

const byTitle: Sort = ['titleSort', 'asc', 'Title']
const byYear: Sort = ['year', 'desc', 'Year']
const byRelease: Sort = ['originallyAvailableAt', 'desc', 'Release Date']
const byRating: Sort = ['rating', 'desc', 'Critic Rating']
const byAudience: Sort = ['audienceRating', 'desc', 'Audience Rating']
const byUser: Sort = ['userRating', 'desc', 'Rating']
const byContent: Sort = ['contentRating', 'desc', 'Content Rating']
const byDuration: Sort = ['duration', 'desc', 'Duration']
const byAdded: Sort = ['addedAt', 'desc', 'Date Added']
const byViewed: Sort = ['lastViewedAt', 'desc', 'Date Viewed']
const byPlays: Sort = ['viewCount', 'desc', 'Plays']
const atRandom: Sort = ['random', 'desc', 'Randomly']

const mediaFields: readonly Field[] = [
  ['duplicate', 'boolean', 'Duplicate'],
  ['hdr', 'boolean', 'HDR'],
  ['dovi', 'boolean', 'Dolby Vision'],
  ['resolution', 'resolution', 'Resolution'],
  ['trash', 'boolean', 'Trashed'],
  ['audioLanguage', 'audioLanguage', 'Audio Language'],
  ['subtitleLanguage', 'subtitleLanguage', 'Subtitle Language'],
]

/** What each type can be filtered, sorted and searched by, as a server of version 1.41 lists it. */
const types: Partial<Record<EntryType, TypeMeta>> = {
  movie: {
    title: 'Movies',
    filters: [
      tagFilter('genre', 'Genre'),
      ['year', 'integer', 'Year'],
      ['decade', 'integer', 'Decade'],
      tagFilter('contentRating', 'Content Rating'),
      tagFilter('collection', 'Collection'),
      tagFilter('director', 'Director'),
      tagFilter('actor', 'Actor'),
      tagFilter('writer', 'Writer'),
      tagFilter('producer', 'Producer'),
      tagFilter('country', 'Country'),
      tagFilter('studio', 'Studio'),
      tagFilter('resolution', 'Resolution'),
      flagFilter('hdr', 'HDR'),
      flagFilter('dovi', 'Dolby Vision'),
      flagFilter('unwatched', 'Unplayed'),
      flagFilter('inProgress', 'In Progress'),
      flagFilter('unmatched', 'Unmatched'),
      tagFilter('audioLanguage', 'Audio Language'),
      tagFilter('subtitleLanguage', 'Subtitle Language'),
      tagFilter('editionTitle', 'Edition'),
      tagFilter('label', 'Labels'),
      flagFilter('duplicate', 'Duplicates'),
      flagFilter('trash', 'Trashed'),
    ],
    sorts: [
      byTitle,
      byYear,
      byRelease,
      byRating,
      byAudience,
      byUser,
      byContent,
      byDuration,
      ['viewOffset', 'desc', 'Progress'],
      byPlays,
      byAdded,
      byViewed,
      ['mediaHeight', 'desc', 'Resolution'],
      ['mediaBitrate', 'desc', 'Bitrate'],
      atRandom,
    ],
    fields: [
      ['title', 'string', 'Title'],
      ['studio', 'string', 'Studio'],
      ['userRating', 'integer', 'Rating', 'rating'],
      ['contentRating', 'tag', 'Content Rating'],
      ['year', 'integer', 'Year', 'year'],
      ['decade', 'integer', 'Decade', 'decade'],
      ['originallyAvailableAt', 'date', 'Release Date'],
      ['viewCount', 'integer', 'Plays'],
      ['lastViewedAt', 'date', 'Last Played'],
      ['unwatched', 'boolean', 'Unplayed'],
      ['inProgress', 'boolean', 'In Progress'],
      ['unmatched', 'boolean', 'Unmatched'],
      ['genre', 'tag', 'Genre'],
      ['collection', 'tag', 'Collection'],
      ['director', 'tag', 'Director'],
      ['writer', 'tag', 'Writer'],
      ['producer', 'tag', 'Producer'],
      ['actor', 'tag', 'Actor'],
      ['country', 'tag', 'Country'],
      ['addedAt', 'date', 'Date Added'],
      ['editionTitle', 'string', 'Edition'],
      ['duration', 'integer', 'Duration'],
      ['label', 'tag', 'Label'],
      ...mediaFields,
    ],
  },
  show: {
    title: 'TV Shows',
    filters: [
      tagFilter('genre', 'Genre'),
      ['year', 'integer', 'Year'],
      ['decade', 'integer', 'Decade'],
      tagFilter('contentRating', 'Content Rating'),
      tagFilter('studio', 'Studio'),
      tagFilter('network', 'Network'),
      tagFilter('country', 'Country'),
      tagFilter('collection', 'Collection'),
      tagFilter('actor', 'Actor'),
      flagFilter('unwatchedLeaves', 'Unplayed'),
      flagFilter('unmatched', 'Unmatched'),
      tagFilter('label', 'Labels'),
    ],
    sorts: [
      byTitle,
      byYear,
      byRelease,
      byRating,
      byAudience,
      byUser,
      byContent,
      ['unviewedLeafCount', 'desc', 'Unplayed'],
      ['episode.addedAt', 'desc', 'Last Episode Date Added'],
      byAdded,
      byViewed,
      atRandom,
    ],
    fields: [
      ['title', 'string', 'Title'],
      ['studio', 'string', 'Studio'],
      ['network', 'tag', 'Network'],
      ['country', 'tag', 'Country'],
      ['rating', 'integer', 'Critic Rating', 'rating'],
      ['userRating', 'integer', 'Rating', 'rating'],
      ['contentRating', 'tag', 'Content Rating'],
      ['year', 'integer', 'Year', 'year'],
      ['decade', 'integer', 'Decade', 'decade'],
      ['viewCount', 'integer', 'Plays'],
      ['lastViewedAt', 'date', 'Last Played'],
      ['unmatched', 'boolean', 'Unmatched'],
      ['genre', 'tag', 'Genre'],
      ['collection', 'tag', 'Collection'],
      ['actor', 'tag', 'Actor'],
      ['addedAt', 'date', 'Date Added'],
      ['label', 'tag', 'Label'],
      ['unwatchedLeaves', 'boolean', 'Unplayed Episodes'],
    ],
  },
  season: {
    title: 'Seasons',
    filters: [tagFilter('collection', 'Collection')],
    sorts: [['show.titleSort', 'asc', 'Show'], byAdded, byUser, atRandom],
    fields: [
      ['title', 'string', 'Title'],
      ['userRating', 'integer', 'Rating', 'rating'],
      ['collection', 'tag', 'Collection'],
    ],
  },
  episode: {
    title: 'Episodes',
    filters: [
      tagFilter('collection', 'Collection'),
      ['year', 'integer', 'Year'],
      tagFilter('resolution', 'Resolution'),
      flagFilter('hdr', 'HDR'),
      flagFilter('dovi', 'Dolby Vision'),
      flagFilter('unwatched', 'Unplayed'),
      flagFilter('inProgress', 'In Progress'),
      flagFilter('duplicate', 'Duplicates'),
      flagFilter('trash', 'Trashed'),
      flagFilter('unmatched', 'Unmatched'),
      tagFilter('audioLanguage', 'Audio Language'),
      tagFilter('subtitleLanguage', 'Subtitle Language'),
      tagFilter('actor', 'Actor'),
      tagFilter('director', 'Director'),
      tagFilter('writer', 'Writer'),
      tagFilter('producer', 'Producer'),
    ],
    sorts: [
      byTitle,
      ['show.titleSort', 'asc', 'Show'],
      byYear,
      byRelease,
      byRating,
      byAudience,
      byUser,
      byDuration,
      ['viewOffset', 'desc', 'Progress'],
      byPlays,
      byAdded,
      byViewed,
      ['mediaHeight', 'desc', 'Resolution'],
      ['mediaBitrate', 'desc', 'Bitrate'],
      atRandom,
    ],
    fields: [
      ['title', 'string', 'Title'],
      ['addedAt', 'date', 'Date Added'],
      ['originallyAvailableAt', 'date', 'Air Date'],
      ['year', 'integer', 'Year', 'year'],
      ['userRating', 'integer', 'Rating', 'rating'],
      ['viewCount', 'integer', 'Plays'],
      ['lastViewedAt', 'date', 'Last Played'],
      ['unwatched', 'boolean', 'Unplayed'],
      ['inProgress', 'boolean', 'In Progress'],
      ['unmatched', 'boolean', 'Unmatched'],
      ['collection', 'tag', 'Collection'],
      ['actor', 'tag', 'Actor'],
      ['director', 'tag', 'Director'],
      ['writer', 'tag', 'Writer'],
      ['producer', 'tag', 'Producer'],
      ...mediaFields,
    ],
  },
  artist: {
    title: 'Artists',
    filters: [
      tagFilter('genre', 'Genre'),
      tagFilter('country', 'Country'),
      tagFilter('collection', 'Collection'),
      tagFilter('mood', 'Mood'),
      tagFilter('style', 'Style'),
      flagFilter('unmatched', 'Unmatched'),
    ],
    sorts: [byTitle, byUser, byAdded, byViewed, byPlays, atRandom],
    fields: [
      ['title', 'string', 'Title'],
      ['userRating', 'integer', 'Rating', 'rating'],
      ['genre', 'tag', 'Genre'],
      ['collection', 'tag', 'Collection'],
      ['country', 'tag', 'Country'],
      ['mood', 'tag', 'Mood'],
      ['style', 'tag', 'Style'],
      ['addedAt', 'date', 'Date Added'],
      ['viewCount', 'integer', 'Plays'],
      ['lastViewedAt', 'date', 'Last Played'],
      ['unmatched', 'boolean', 'Unmatched'],
    ],
  },
  album: {
    title: 'Albums',
    filters: [
      tagFilter('genre', 'Genre'),
      ['year', 'integer', 'Year'],
      ['decade', 'integer', 'Decade'],
      tagFilter('collection', 'Collection'),
      tagFilter('studio', 'Record Label'),
      tagFilter('mood', 'Mood'),
      tagFilter('style', 'Style'),
      flagFilter('unmatched', 'Unmatched'),
      tagFilter('label', 'Labels'),
    ],
    sorts: [
      byTitle,
      ['artist.titleSort', 'asc', 'Album Artist'],
      byYear,
      byRelease,
      byRating,
      byUser,
      byAdded,
      byViewed,
      byPlays,
      atRandom,
    ],
    fields: [
      ['title', 'string', 'Title'],
      ['year', 'integer', 'Year', 'year'],
      ['decade', 'integer', 'Decade', 'decade'],
      ['genre', 'tag', 'Genre'],
      ['viewCount', 'integer', 'Plays'],
      ['lastViewedAt', 'date', 'Last Played'],
      ['userRating', 'integer', 'Rating', 'rating'],
      ['rating', 'integer', 'Critic Rating', 'rating'],
      ['studio', 'string', 'Record Label'],
      ['mood', 'tag', 'Mood'],
      ['style', 'tag', 'Style'],
      ['collection', 'tag', 'Collection'],
      ['addedAt', 'date', 'Date Added'],
      ['originallyAvailableAt', 'date', 'Date Released'],
      ['unmatched', 'boolean', 'Unmatched'],
      ['label', 'tag', 'Label'],
    ],
  },
  track: {
    title: 'Tracks',
    filters: [tagFilter('mood', 'Mood')],
    sorts: [
      byTitle,
      ['artist.titleSort', 'asc', 'Album Artist'],
      byUser,
      byAdded,
      byViewed,
      byPlays,
      byDuration,
      atRandom,
    ],
    fields: [
      ['title', 'string', 'Title'],
      ['mood', 'tag', 'Mood'],
      ['viewCount', 'integer', 'Plays'],
      ['lastViewedAt', 'date', 'Last Played'],
      ['userRating', 'integer', 'Rating', 'rating'],
      ['addedAt', 'date', 'Date Added'],
      ['trash', 'boolean', 'Trashed'],
    ],
  },
  collection: {
    title: 'Collections',
    filters: [tagFilter('contentRating', 'Content Rating')],
    sorts: [byTitle, byAdded, byUser, atRandom],
    fields: [
      ['title', 'string', 'Title'],
      ['contentRating', 'tag', 'Content Rating'],
      ['userRating', 'integer', 'Rating', 'rating'],
    ],
  },
}

type Operators = readonly (readonly [key: string, title: string])[]
const isOrNot: Operators = [
  ['=', 'is'],
  ['!=', 'is not'],
]

const fieldTypes: Record<string, Operators> = {
  tag: isOrNot,
  integer: [...isOrNot, ['>>=', 'is greater than'], ['<<=', 'is less than']],
  string: [
    ['=', 'contains'],
    ['!=', 'does not contain'],
    ['==', 'is'],
    ['!==', 'is not'],
    ['<=', 'begins with'],
    ['>=', 'ends with'],
  ],
  boolean: [
    ['=', 'is true'],
    ['!=', 'is false'],
  ],
  date: [
    ['<<=', 'is before'],
    ['>>=', 'is after'],
  ],
  subtitleLanguage: isOrNot,
  audioLanguage: isOrNot,
  resolution: [['=', 'is']],
}

/** `Meta` of a section: python-plexapi and Kometa look up every field, filter and operator in it. */
export function metaNode(section: Section, listed: readonly EntryType[], active = listed[0]): PlexNode {
  const typeNodes = listed.flatMap((type) => {
    const meta = types[type]
    return meta === undefined ? [] : [typeNode(section, type, meta, type === active)]
  })
  const operatorNodes = Object.entries(fieldTypes).map(([type, operators]) =>
    node(
      'FieldType',
      { type },
      operators.map(([key, title]) => node('Operator', { key, title })),
    ),
  )
  return node('Meta', {}, [...typeNodes, ...operatorNodes])
}

function typeNode(section: Section, type: EntryType, meta: TypeMeta, active: boolean): PlexNode {
  const path = `/library/sections/${section.key}`
  const number = typeNumbers[type]
  // Only a movie's fields stand bare; every other type's carry its name.
  const prefix = type === 'movie' ? '' : `${type}.`
  const filters = meta.filters.map(([filter, filterType, title]) =>
    node('Filter', { filter, filterType, key: `${path}/${filter}?type=${number}`, title, type: 'filter' }),
  )
  const sorts = meta.sorts.map(([key, defaultDirection, title], at) =>
    node('Sort', {
      ...(at === 0 ? { default: 'asc' } : {}),
      active: at === 0,
      ...(at === 0 ? { activeDirection: 'asc' } : {}),
      defaultDirection,
      descKey: `${key}:desc`,
      firstCharacterKey: at === 0 ? `${path}/firstCharacter` : undefined,
      key,
      title,
    }),
  )
  const fieldNodes = meta.fields.map(([name, fieldType, title, subType]) =>
    node('Field', { key: `${prefix}${name}`, title, type: fieldType, subType }),
  )
  const key = type === 'collection' ? `${path}/collections` : `${path}/all?type=${number}`
  return node('Type', { key, type, title: meta.title, active }, [...filters, ...sorts, ...fieldNodes])
}
