import { stringify } from 'yaml'
import type { SampleItem, SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import { film as plainFilm, show as plainShow } from '../support/sample-plex.ts'
import { agentImage, picture } from './pictures.ts'

export { media } from '../support/sample-plex.ts'

/** A film with its own poster. */
export const film = (ratingKey: string, title: string, more: Partial<SampleItem> = {}): SampleItem =>
  plainFilm(ratingKey, title, { year: 1927, posters: [poster(ratingKey)], ...more })

/** A show. Its seasons have the keys `<key> + 10 n` and its episodes `<key> + 10 n + m`; `edit` changes any of them. */
export function show(
  ratingKey: string,
  title: string,
  seasons: readonly number[],
  edit: (item: SampleItem) => Partial<SampleItem> = () => ({}),
): SampleItem {
  const dress = (item: SampleItem): SampleItem => ({
    ...item,
    posters: [poster(item.ratingKey, item.type === 'episode')],
    ...(item.children && { children: item.children.map(dress) }),
    ...edit(item),
  })
  return dress(plainShow(ratingKey, title, seasons))
}

export const poster = (name: string, wide = false) =>
  agentImage(picture(`poster ${name}`, wide ? { width: 160, height: 90 } : {}))

export const movies = (items: readonly SampleItem[], more: Partial<SampleLibrary> = {}): SampleLibrary => ({
  key: 1,
  title: 'Movies',
  type: 'movie',
  items,
  ...more,
})

export const shows = (items: readonly SampleItem[], more: Partial<SampleLibrary> = {}): SampleLibrary => ({
  key: 2,
  title: 'Shows',
  type: 'show',
  items,
  ...more,
})

/** A config.yml as users write it: their libraries, and what every Kometa needs. */
export function config(
  libraries: Record<string, unknown>,
  settings: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): string {
  return stringify({
    plex: { url: 'PLEX_URL', token: 'PLEX_TOKEN', timeout: 60 },
    tmdb: { apikey: '0123456789abcdef0123456789abcdef', language: 'en' },
    settings: { cache: true, ...settings },
    ...more,
    libraries,
  })
}

/** An overlay file: definitions, and other top-level keys. */
export const overlays = (definitions: Record<string, unknown>, more: Record<string, unknown> = {}): string =>
  stringify({ ...more, overlays: definitions })

/** The position of a badge. */
export const at = (horizontal_offset: number, vertical_offset: number, align: [string, string] = ['left', 'top']) => ({
  horizontal_offset,
  vertical_offset,
  horizontal_align: align[0],
  vertical_align: align[1],
})

/** A text badge in Kometa's own font. */
export const text = (
  words: string,
  place: Record<string, unknown> = at(40, 40),
  more: Record<string, unknown> = {},
) => ({
  name: `text(${words})`,
  font_size: 90,
  font_color: '#FFFFFF',
  back_color: '#203040C0',
  back_padding: 15,
  ...place,
  ...more,
})
