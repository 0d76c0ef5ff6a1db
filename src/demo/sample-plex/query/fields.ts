import { addedAtOf, type Entry, type EntryType, guidOf, titleSortOf, updatedAtOf } from '../model/entry.ts'
import type { SampleMedia, SampleStream } from '../model/model.ts'
import { shortLanguage, type TagKind, tagId } from './tags.ts'

type FieldKind = 'string' | 'tag' | 'integer' | 'date' | 'boolean'

/** A field that queries can name. A condition holds if it holds for one of the `values`. */
export interface Field {
  kind: FieldKind
  /**
   * The types that have the field. For another type, a query means the nearest ancestor or descendant of these types.
   */
  on: readonly EntryType[]
  values(entry: Entry): readonly (string | number)[]
  /** Choices of `/library/sections/N/<field>`: the key for a query, and the title. */
  choices?(entry: Entry): readonly Choice[]
}

export interface Choice {
  key: string
  title: string
}

const videoLeaves = ['movie', 'episode'] as const
const leaves = ['movie', 'episode', 'track'] as const
const all = ['movie', 'show', 'season', 'episode', 'artist', 'album', 'track', 'collection', 'playlist'] as const
const rated = ['movie', 'show', 'season', 'episode', 'artist', 'album', 'track'] as const
/** The value of an item that nobody has rated: `userRating!=-1` finds the rated items. */
const unrated = [-1]

export const fields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['id', number(all, (entry) => Number(entry.ratingKey))],
  ['guid', text(all, guidOf)],
  ['title', text(all, (entry) => entry.values.title)],
  ['titleSort', text(all, titleSortOf)],
  ['originalTitle', text(['movie', 'show', 'episode', 'track'], (entry) => entry.values.originalTitle)],
  ['editionTitle', withChoices(text(['movie'], (entry) => entry.values.editionTitle))],
  ['summary', text(all, (entry) => entry.values.summary)],
  ['tagline', text(['movie', 'show'], (entry) => entry.values.tagline)],
  ['studio', withChoices(text(['movie', 'show', 'album'], (entry) => entry.values.studio))],
  ['network', tags('network', ['show'], (entry) => (entry.values.network ? [entry.values.network] : []))],
  ['genre', tags('genre', ['movie', 'show', 'artist', 'album'], (entry) => entry.values.genres)],
  ['country', tags('country', ['movie', 'show', 'artist'], (entry) => entry.values.countries)],
  ['director', tags('director', videoLeaves, (entry) => entry.values.directors)],
  ['writer', tags('writer', videoLeaves, (entry) => entry.values.writers)],
  ['producer', tags('producer', videoLeaves, (entry) => entry.values.producers)],
  ['actor', tags('actor', ['movie', 'show', 'episode'], (entry) => entry.values.actors?.map((actor) => actor.name))],
  ['label', tags('label', all, (entry) => entry.values.labels)],
  ['mood', tags('mood', ['artist', 'album', 'track'], (entry) => entry.values.moods)],
  ['style', tags('style', ['artist', 'album'], (entry) => entry.values.styles)],
  ['collection', tags('collection', rated, (entry) => [...(entry.collections ?? [])].map((held) => held.values.title))],
  ['contentRating', plainTag(['movie', 'show', 'season', 'episode', 'collection'], contentRatingOf)],
  [
    'year',
    { ...number(rated, yearOf), choices: (entry) => choicesOf([yearOf(entry)].filter((year) => year !== undefined)) },
  ],
  ['decade', { ...number(rated, decadeOf), choices: (entry) => decadeChoices(entry) }],
  [
    'resolution',
    {
      kind: 'tag',
      on: videoLeaves,
      values: resolutionsOf,
      choices: (entry) => resolutionsOf(entry).map(resolutionChoice),
    },
  ],
  ['audioLanguage', language('audio')],
  ['subtitleLanguage', language('subtitle')],
  ['hdr', flag(videoLeaves, (entry) => streamsOf(entry).some(isHdr))],
  [
    'dovi',
    flag(videoLeaves, (entry) =>
      streamsOf(entry).some((stream) => stream.kind === 'video' && stream.doviPresent === true),
    ),
  ],
  ['unwatched', flag(leaves, (entry) => (entry.values.viewCount ?? 0) === 0)],
  [
    'unwatchedLeaves',
    flag(['show', 'season'], (entry) => leavesOf(entry).some((leaf) => (leaf.values.viewCount ?? 0) === 0)),
  ],
  [
    'unviewedLeafCount',
    number(['show', 'season'], (entry) => leavesOf(entry).filter((leaf) => !leaf.values.viewCount).length),
  ],
  ['inProgress', flag(leaves, () => false)],
  ['duplicate', flag(leaves, (entry) => (entry.values.media?.length ?? 0) > 1)],
  ['unmatched', flag(['movie', 'show', 'episode', 'artist', 'album'], (entry) => guidOf(entry).startsWith('local://'))],
  ['trash', flag(leaves, () => false)],
  ['rating', rating((entry) => entry.values.rating)],
  ['audienceRating', rating((entry) => entry.values.audienceRating)],
  ['userRating', rating((entry) => entry.values.userRating)],
  ['viewCount', number(rated, (entry) => entry.values.viewCount ?? 0)],
  ['viewOffset', number(leaves, () => 0)],
  ['duration', number(['movie', 'show', 'episode', 'track'], (entry) => entry.values.durationMs)],
  ['index', number(rated, (entry) => entry.values.index)],
  ['mediaHeight', number(videoLeaves, (entry) => entry.values.media?.[0]?.height)],
  ['mediaBitrate', number(leaves, (entry) => entry.values.media?.[0]?.bitrate)],
  ['addedAt', date(all, addedAtOf)],
  ['updatedAt', date(all, updatedAtOf)],
  ['lastViewedAt', date(rated, (entry) => entry.values.lastViewedAt)],
  ['lastRatedAt', date(rated, () => undefined)],
  ['originallyAvailableAt', date(['movie', 'show', 'season', 'episode', 'album'], releasedAt)],
])

/** The playable entries below an entry, or the entry itself if it is playable. */
export function leavesOf(entry: Entry): Entry[] {
  return entry.children.length === 0 ? (isLeaf(entry) ? [entry] : []) : entry.children.flatMap(leavesOf)
}

function isHdr(stream: SampleStream): boolean {
  return (
    stream.kind === 'video' &&
    (stream.doviPresent === true || /^(?:smpte2084|arib-std-b67)$/.test(stream.colorTrc ?? ''))
  )
}

/** The entry's year, or that of its release date. */
export function yearOf(entry: Entry): number | undefined {
  const year = entry.values.year ?? Number(entry.values.originallyAvailableAt?.slice(0, 4))
  return Number.isFinite(year) ? year : undefined
}

/** Seasons and episodes without a content rating have their show's. */
export function contentRatingOf(entry: Entry): string | undefined {
  return entry.values.contentRating ?? (entry.parent === null ? undefined : contentRatingOf(entry.parent))
}

function resolutionTitle(key: string): string {
  return /^\d+$/.test(key) ? `${key}p` : key.toUpperCase()
}

function isLeaf(entry: Entry): boolean {
  return entry.type === 'movie' || entry.type === 'episode' || entry.type === 'track'
}

function streamsOf(entry: Entry): readonly SampleStream[] {
  return entry.values.media?.flatMap((media: SampleMedia) => media.streams) ?? []
}

function resolutionsOf(entry: Entry): string[] {
  return [...new Set(entry.values.media?.map((media) => media.videoResolution ?? '').filter((key) => key !== ''))]
}

function resolutionChoice(key: string): Choice {
  return { key, title: resolutionTitle(key) }
}

function decadeOf(entry: Entry): number | undefined {
  const year = yearOf(entry)
  return year === undefined ? undefined : year - (year % 10)
}

function decadeChoices(entry: Entry): Choice[] {
  const decade = decadeOf(entry)
  return decade === undefined ? [] : [{ key: String(decade), title: `${decade}s` }]
}

function releasedAt(entry: Entry): number | undefined {
  const day = entry.values.originallyAvailableAt
  return day === undefined ? undefined : Date.parse(`${day}T00:00:00Z`) / 1000
}

function text(on: readonly EntryType[], read: (entry: Entry) => string | undefined): Field {
  return { kind: 'string', on, values: (entry) => listOf(read(entry)) }
}

function number(on: readonly EntryType[], read: (entry: Entry) => number | undefined): Field {
  return { kind: 'integer', on, values: (entry) => listOf(read(entry)) }
}

function rating(read: (entry: Entry) => number | undefined): Field {
  return { kind: 'integer', on: rated, values: (entry) => (read(entry) === undefined ? unrated : listOf(read(entry))) }
}

function date(on: readonly EntryType[], read: (entry: Entry) => number | undefined): Field {
  return { kind: 'date', on, values: (entry) => listOf(read(entry)) }
}

function flag(on: readonly EntryType[], read: (entry: Entry) => boolean): Field {
  return { kind: 'boolean', on, values: (entry) => [Number(read(entry))] }
}

/** A tag with an id. Queries may also name it in words. */
function tags(kind: TagKind, on: readonly EntryType[], read: (entry: Entry) => readonly string[] | undefined): Field {
  return {
    kind: 'tag',
    on,
    values: (entry) => read(entry)?.flatMap((name) => [String(tagId(kind, name)), name]) ?? [],
    choices: (entry) => read(entry)?.map((name) => ({ key: String(tagId(kind, name)), title: name })) ?? [],
  }
}

/** A tag without an id: its key is its own name, percent-encoded. */
function plainTag(on: readonly EntryType[], read: (entry: Entry) => string | undefined): Field {
  return withChoices({ kind: 'tag', on, values: (entry) => listOf(read(entry)) })
}

function withChoices(field: Field): Field {
  return { ...field, choices: (entry) => choicesOf(field.values(entry)) }
}

function choicesOf(values: readonly (string | number)[]): Choice[] {
  return values.map((value) => ({ key: encodeURIComponent(value), title: String(value) }))
}

function language(kind: 'audio' | 'subtitle'): Field {
  const spoken = (entry: Entry) =>
    streamsOf(entry).flatMap((stream) =>
      stream.kind === kind && stream.languageCode !== undefined
        ? [{ key: shortLanguage(stream.languageCode), code: stream.languageCode, title: stream.language ?? '' }]
        : [],
    )
  return {
    kind: 'tag',
    on: videoLeaves,
    values: (entry) => spoken(entry).flatMap(({ key, code, title }) => [key, code, title]),
    choices: (entry) => spoken(entry).map(({ key, title }) => ({ key, title: title === '' ? key : title })),
  }
}

function listOf<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value]
}
