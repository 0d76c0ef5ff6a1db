import { AppError } from '../../contract/errors.ts'
import { type ItemType, itemTypeSchema } from '../../contract/kinds.ts'
import { trimEndOf } from '../../util/trim-end.ts'

/** One way to interpret what the user typed. */
export type TargetReading =
  | { kind: 'rating-key'; ratingKey: string; machineIdentifier: string | null }
  | { kind: 'guid'; guid: string; type: ItemType }
  | { kind: 'title'; title: string; year: number | null }
  | { kind: 'season'; show: string; year: number | null; season: number }
  | { kind: 'episode'; show: string; year: number | null; season: number; episode: number }

/** What the user typed, with every way to interpret it. The first one that finds an exact match wins. */
export interface TargetSpec {
  /** The text as typed; a URL loses its query, which may contain a token. */
  text: string
  readings: TargetReading[]
}

/** The longest SPEC that is accepted, in characters. */
const maxSpecLength = 2_000

const ratingKey = /^\d{1,18}$/
// One blank is enough, because runs of blanks are collapsed earlier.
const episode = /^(.+) (?:S(\d{1,4}) ?E(\d{1,5})|(\d{1,4})x(\d{1,5}))$/i
const season = /^(.+) (?:Season (\d{1,4})|S(\d{1,4})|Specials)$/i
const titleWithYear = /^(.*[^ ]) ?\((\d{4})\)$/

/**
 * Reads a SPEC: a ratingKey, `Title`, `Title (Year)`, `Show S01E02`, `Show Season 1`, `Show Specials`, a Plex Web URL
 * or a `plex://` guid. A title may look like another form ("1917", "Class of (2019)"), so every SPEC except a URL, a
 * path or a guid is also read as a title. BAD_USAGE for an empty SPEC and for a URL or guid that names no item.
 */
export function parseTargetSpec(input: string): TargetSpec {
  // The Buffer replaces half surrogate pairs, which cannot be written in a URL.
  const text = Buffer.from(input, 'utf8')
    .toString('utf8')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  if (text === '' || text.length > maxSpecLength) {
    throw new AppError('BAD_USAGE', text === '' ? 'the target is empty' : 'the target is too long', {
      hint: 'Give a ratingKey, a title, a Plex Web URL or a plex:// guid.',
    })
  }
  if (/^plex:\/\//i.test(text)) return parseGuid(text)
  if (/^https?:\/\//i.test(text)) return parseUrl(text)
  const path = /^\/library\/metadata\/(\d{1,18})$/.exec(text)
  if (path?.[1]) return { text, readings: [{ kind: 'rating-key', ratingKey: path[1], machineIdentifier: null }] }

  const readings: TargetReading[] = []
  if (ratingKey.test(text)) readings.push({ kind: 'rating-key', ratingKey: text, machineIdentifier: null })
  readings.push(...episodeReadings(text), ...seasonReadings(text), ...titleReadings(text))
  return { text, readings }
}

function titleReadings(text: string): TargetReading[] {
  const literal: TargetReading = { kind: 'title', title: text, year: null }
  const [, title, year] = titleWithYear.exec(text) ?? []
  return title && year ? [{ kind: 'title', title, year: Number(year) }, literal] : [literal]
}

/**
 * A show at the start of a SPEC: without its year, and exactly as written (many Plex shows are titled "Name (2005)").
 */
function showReadings(text: string): { show: string; year: number | null }[] {
  const [, show, year] = titleWithYear.exec(text) ?? []
  const literal = { show: text, year: null }
  return show && year ? [{ show, year: Number(year) }, literal] : [literal]
}

function episodeReadings(text: string): TargetReading[] {
  const [, show, s, e, crossSeason, crossEpisode] = episode.exec(text) ?? []
  if (!show) return []
  const numbers = { season: Number(s ?? crossSeason), episode: Number(e ?? crossEpisode) }
  return showReadings(trimShow(show)).map((reading) => ({ kind: 'episode', ...reading, ...numbers }))
}

function seasonReadings(text: string): TargetReading[] {
  const [, show, long, short] = season.exec(text) ?? []
  if (!show) return []
  // Plex stores specials as season 0.
  return showReadings(trimShow(show)).map((reading) => ({
    kind: 'season',
    ...reading,
    season: Number(long ?? short ?? 0),
  }))
}

/** Removes the sign between show and number: "Show - S01E02", "Show: Season 1". */
const trimShow = (show: string): string => trimEndOf(show, ' \t\n\r\u00a0-–—:,') || show

function parseGuid(text: string): TargetSpec {
  const [, type, id] = /^plex:\/\/([a-z]+)\/([0-9a-z-]{1,64})$/i.exec(text) ?? []
  const itemType = itemTypeSchema.safeParse(type?.toLowerCase())
  if (!itemType.success || !id) {
    throw new AppError('BAD_USAGE', `${text} is no guid of an item`, {
      hint: 'A guid looks like plex://movie/5d776825880197001ec90a8e.',
    })
  }
  const guid = `plex://${itemType.data}/${id}`
  return { text: guid, readings: [{ kind: 'guid', guid, type: itemType.data }] }
}

/**
 * Plex Web: `<any host>/#!/server/<machineIdentifier>/details?key=%2Flibrary%2Fmetadata%2F123`; "View XML":
 * `/library/metadata/123?X-Plex-Token=`.
 */
function parseUrl(text: string): TargetSpec {
  // The query and the fragment of a pasted URL may contain the token, so messages show neither.
  const shown = text.split(/[?#]/, 1)[0] ?? ''
  if (!URL.canParse(text)) throw new AppError('BAD_USAGE', `${shown} is no valid URL`)
  const url = new URL(text)
  const label = `${url.protocol}//${url.host}${url.pathname}`
  const [route = '', query = ''] = splitOnce(url.hash.replace(/^#!?/, ''), '?')
  const key = new URLSearchParams(query).get('key')
  const machineIdentifier = /^\/server\/([0-9a-z]{8,64})(?:\/|$)/i.exec(route)?.[1] ?? null
  const wanted = metadataKey(key ?? '')
  if (machineIdentifier && wanted) {
    return {
      text: `${label}#!/server/${machineIdentifier}/details (ratingKey ${wanted})`,
      readings: [{ kind: 'rating-key', ratingKey: wanted, machineIdentifier }],
    }
  }
  const plain = /\/library\/metadata\/(\d{1,18})$/.exec(url.pathname)?.[1]
  if (plain) return { text: label, readings: [{ kind: 'rating-key', ratingKey: plain, machineIdentifier: null }] }
  throw new AppError('BAD_USAGE', `${label} is no Plex Web address of an item on a Plex server`, {
    hint: 'Open the item in Plex Web from its library and copy that address: it has /server/ and key= in it.',
  })
}

/** `/library/metadata/123`, optionally followed by `/children` or encoded once more, as in some Plex Web links. */
function metadataKey(key: string): string | null {
  const plain = /^%2F/i.test(key) ? decodeOr(key) : key
  return /^\/library\/metadata\/(\d{1,18})(?:\/children)?$/.exec(plain)?.[1] ?? null
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
