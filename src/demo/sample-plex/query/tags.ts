import { digest } from '../model/entry.ts'

/** Plex's numbers of the tag kinds that have ids (the `type=` of `/library/tags`). */
export const tagTypes = {
  genre: 1,
  collection: 2,
  director: 4,
  writer: 5,
  actor: 6,
  producer: 7,
  country: 8,
  label: 11,
  mood: 300,
  style: 301,
  network: 319,
} as const
export type TagKind = keyof typeof tagTypes

const ids = new Map<string, number>()
const maxRememberedIds = 500_000

/** The id of a tag in queries. It derives from the name, so that it is the same after each start. */
export function tagId(kind: TagKind, name: string): number {
  const key = `${kind}:${name.toLowerCase()}`
  let id = ids.get(key)
  if (id === undefined) {
    id = 1 + (Number.parseInt(digest('sha1', key).slice(0, 12), 16) % 99_999_989)
    if (ids.size >= maxRememberedIds) ids.clear()
    ids.set(key, id)
  }
  return id
}

/** From the ISO 639-2 codes of streams to the two letters of Plex's language filters. */
const shortCodes: Record<string, string> = {
  ara: 'ar',
  ces: 'cs',
  chi: 'zh',
  zho: 'zh',
  dan: 'da',
  deu: 'de',
  ger: 'de',
  ell: 'el',
  eng: 'en',
  fin: 'fi',
  fra: 'fr',
  fre: 'fr',
  heb: 'he',
  hin: 'hi',
  hun: 'hu',
  isl: 'is',
  ita: 'it',
  jpn: 'ja',
  kor: 'ko',
  nld: 'nl',
  nor: 'no',
  pol: 'pl',
  por: 'pt',
  ron: 'ro',
  rus: 'ru',
  spa: 'es',
  swe: 'sv',
  tha: 'th',
  tur: 'tr',
  ukr: 'uk',
  vie: 'vi',
}

export function shortLanguage(code: string): string {
  return shortCodes[code] ?? code
}

const languageNames = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' })

export function languageName(code: string): string {
  return languageNames.of(shortLanguage(code)) ?? code
}
