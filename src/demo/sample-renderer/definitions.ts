import { isMap, textOf, type YamlMap } from '../../config/yaml/yaml-value.ts'
import type { Badge, RatingIcon } from './drawing/badges.ts'
import type { Item, Level, Media } from './item.ts'
import type { OverlayFileEntry } from './run-settings.ts'

/** One overlay definition: a small version of the definition of the same name in Kometa's default files. */
export interface Definition {
  name: string
  level: Level
  /** Of each group, only the matching definition with the greatest weight is drawn. */
  group: string | null
  weight: number
  /** The search that Plex answers (`plex_search`); null looks at all items (`plex_all`). */
  search: { resolution: string; hdr: boolean } | null
  /** Whether `matches` needs the files of the item or of its episodes. */
  needsMedia: boolean
  matches(item: Item, media: readonly Media[]): boolean
  badge(item: Item): Badge
}

/**
 * The definitions of one `overlay_files` entry, or the reason in words why there are none. The sample renderer
 * knows a few of Kometa's default files and no others.
 */
export function definitionsOf(entry: OverlayFileEntry, libraryType: 'movie' | 'show'): Definition[] | string {
  if (entry.defaultName === null || !(entry.defaultName in makers)) {
    return `the sample renderer draws only ${Object.keys(makers).join(', ')}; the real Kometa draws ${entry.shown}`
  }
  const maker = makers[entry.defaultName]
  const wanted = isMap(entry.variables) ? textOf(entry.variables.get('builder_level')) : ''
  const level: Level = libraryType === 'movie' ? 'movie' : wanted === 'season' || wanted === 'episode' ? wanted : 'show'
  return maker?.(level, entry.variables) ?? []
}

type Maker = (level: Level, variables: YamlMap) => Definition[] | string

const always = { group: null, weight: 0, search: null, needsMedia: false }

const makers: Record<string, Maker> = {
  resolution: (level, variables) => [
    ...resolutions(level),
    ...(isOff(variables, 'use_edition') ? [] : editions(level)),
  ],
  audio_codec: (level) => codecs.map((codec, i) => audioDefinition(level, codec, codecs.length - i)),
  ratings: (level, variables) => [1, 2, 3].flatMap((slot) => ratingDefinition(level, variables, slot)),
  runtimes: (level) => [
    {
      ...always,
      name: 'runtime_info',
      level,
      matches: (item) => item.durationMs !== null,
      badge: (item) => ({ kind: 'note', text: runtime(item.durationMs ?? 0) }),
    },
  ],
  episode_info: (level) =>
    level === 'movie'
      ? 'episode_info is for show libraries'
      : [
          {
            ...always,
            name: 'Episode Info',
            level: 'episode',
            matches: (item) => item.episode !== null,
            badge: (item) => ({ kind: 'note', text: episodeCode(item) }),
          },
        ],
}

const sizes = [
  { key: '4k', name: '4K', shown: '4K', weight: 130 },
  { key: '1080', name: '1080P', shown: '1080p', weight: 100 },
  { key: '720', name: '720P', shown: '720p', weight: 80 },
  { key: '576', name: '576P', shown: '576p', weight: 60 },
  { key: '480', name: '480P', shown: '480p', weight: 40 },
] as const

function resolutions(level: Level): Definition[] {
  return sizes.flatMap(({ key, name, shown, weight }): Definition[] => [
    resolution(level, { name: `${name}-DV`, weight: weight + 20, key, shown, range: 'DV' }),
    resolution(level, { name: `${name}-HDR`, weight: weight + 10, key, shown, range: 'HDR' }),
    resolution(level, { name, weight, key, shown, range: '' }),
  ])
}

function resolution(
  level: Level,
  of: { name: string; weight: number; key: string; shown: string; range: '' | 'HDR' | 'DV' },
): Definition {
  return {
    name: of.name,
    level,
    group: 'resolution',
    weight: of.weight,
    search: { resolution: of.key, hdr: of.range !== '' },
    needsMedia: of.range === 'DV',
    matches: (_item, media) => of.range !== 'DV' || mostly(media, ({ dolbyVision }) => dolbyVision),
    badge: () => ({ kind: 'resolution', size: of.shown, range: of.range }),
  }
}

function editions(level: Level): Definition[] {
  if (level !== 'movie') return []
  const definition: Definition = {
    ...always,
    name: 'Edition',
    level,
    matches: (item) => item.edition !== null && item.edition !== '',
    badge: (item) => ({ kind: 'edition', text: item.edition ?? '' }),
  }
  return [definition]
}

/** Best first. Kometa too reads the codec from the file's name (defaults/overlays/audio_codec.yml). */
const codecs = [
  { name: 'Dolby-TrueHD-Atmos', words: /true[ ._-]?hd.*atmos/i, over: 'TrueHD', under: 'DOLBY ATMOS' },
  { name: 'DTS-X', words: /\bdts[-_. ]?x\b/i, over: 'DTS:X', under: '' },
  { name: 'Dolby-Digital-Plus-Atmos', words: /\b(?:dd[p+]|e[ ._-]?ac3).*atmos/i, over: 'DD+', under: 'DOLBY ATMOS' },
  { name: 'Dolby-TrueHD', words: /true[ ._-]?hd/i, over: 'DOLBY', under: 'TRUEHD' },
  { name: 'DTS-HD-MA', words: /\bdts[ ._-]?(?:hd[ ._-])?ma\b/i, over: 'DTS-HD', under: 'MASTER AUDIO' },
  { name: 'FLAC', words: /\bflac\b/i, over: 'FLAC', under: '' },
  { name: 'PCM', words: /\bl?pcm\b/i, over: 'PCM', under: '' },
  { name: 'Dolby-Digital-Plus', words: /\b(?:dd[p+]|e[ ._-]?ac3)/i, over: 'DOLBY', under: 'DIGITAL PLUS' },
  { name: 'DTS', words: /\bdts\b/i, over: 'DTS', under: '' },
  { name: 'Dolby-Digital', words: /\b(?:dd|ac3)\b/i, over: 'DOLBY', under: 'DIGITAL' },
  { name: 'AAC', words: /\baac\b/i, over: 'AAC', under: '' },
  { name: 'MP3', words: /\bmp3\b/i, over: 'MP3', under: '' },
  { name: 'Opus', words: /\bopus\b/i, over: 'OPUS', under: '' },
] as const

function audioDefinition(level: Level, codec: (typeof codecs)[number], rank: number): Definition {
  return {
    name: codec.name,
    level,
    group: 'audio_codec',
    weight: rank * 10,
    search: null,
    needsMedia: true,
    matches: (_item, media) => mostly(media, ({ file }) => codec.words.test(file)),
    badge: () => ({ kind: 'audio', over: codec.over, under: codec.under }),
  }
}

function ratingDefinition(level: Level, variables: YamlMap, slot: number): Definition[] {
  const source = textOf(variables.get(`rating${slot}`)).toLowerCase()
  if (source !== 'critic' && source !== 'audience' && source !== 'user') return []
  const image = textOf(variables.get(`rating${slot}_image`))
  const icon: RatingIcon = image === 'rt_tomato' ? 'tomato' : image === 'rt_popcorn' ? 'popcorn' : 'star'
  const definition: Definition = {
    ...always,
    name: `rating${slot}`,
    level,
    matches: (item) => item.ratings[source] !== null,
    badge: (item) => {
      const value = item.ratings[source] ?? 0
      return { kind: 'rating', icon, text: icon === 'star' ? value.toFixed(1) : `${Math.round(value * 10)}%` }
    },
  }
  return [definition]
}

/** Kometa's filters hold for a show or season if half of its episodes match (builder.py:3393-3399). */
function mostly(media: readonly Media[], test: (media: Media) => boolean): boolean {
  return media.length > 0 && media.filter(test).length * 2 >= media.length
}

function isOff(variables: YamlMap, name: string): boolean {
  return variables.get(name) === false
}

function runtime(durationMs: number): string {
  const minutes = Math.round(durationMs / 60_000)
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`
}

function episodeCode({ episode }: Item): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return episode ? `S${two(episode.season)}E${two(episode.number)}` : ''
}
