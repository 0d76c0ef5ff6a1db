import { at, config, overlays, poster, show, shows, text } from '../make.ts'
import type { Scenario } from '../scenario.ts'

const library = () => shows([show('2000', 'The Honeymooners', [3, 2]), show('2100', 'Dragnet', [2, 4])])

export const series: readonly Scenario[] = [
  {
    name: 'series-levels',
    about: 'A show, a season and an episode, with definitions of each level',
    libraries: [library()],
    folder: {
      'config/config.yml': config({ Shows: { overlay_files: [{ file: 'config/levels.yml' }] } }),
      'config/levels.yml': overlays({
        Show: { plex_all: true, overlay: text('<<title>>') },
        Season: { builder_level: 'season', plex_all: true, overlay: text('Season <<season_number>>', at(20, 20)) },
        Episode: {
          builder_level: 'episode',
          plex_all: true,
          overlay: text('S<<season_number0>>E<<episode_number0>> <<runtime>> min'),
        },
        'Low Resolution': {
          builder_level: 'episode',
          plex_search: { all: { resolution: 480 } },
          overlay: text('480', at(40, 40, ['right', 'bottom'])),
        },
      }),
    },
    targets: ['2000', '2020', '2111'],
    unscoped: true,
    expect: { status: 'success' },
  },
  {
    name: 'default-episodes',
    about: "Kometa's own overlay files on the levels of a show",
    libraries: [library()],
    folder: {
      'config/config.yml': config({
        Shows: {
          overlay_files: [
            { default: 'direct_play' },
            { default: 'episode_info', template_variables: { builder_level: 'episode' } },
            { default: 'runtimes', template_variables: { builder_level: 'episode' } },
            { default: 'runtimes' },
          ],
        },
      }),
    },
    targets: ['2000', '2111'],
    expect: { overlays: { 2111: ['Episode Info', 'runtime_info'] } },
  },
  {
    name: 'music',
    about: 'An artist and an album',
    libraries: [
      {
        key: 3,
        title: 'Music',
        type: 'artist',
        items: ['3000', '3100'].map((artist) => ({
          type: 'artist',
          ratingKey: artist,
          title: `The Hot ${artist}`,
          posters: [poster(artist)],
          children: [1, 2].map((album) => ({
            type: 'album' as const,
            ratingKey: String(Number(artist) + album * 10),
            title: `Album ${album}`,
            year: 1926 + album,
            posters: [poster(`${artist} ${album}`)],
            children: [1, 2].map((track) => ({
              type: 'track' as const,
              ratingKey: String(Number(artist) + album * 10 + track),
              title: `Track ${track}`,
              index: track,
              durationMs: 180_000,
            })),
          })),
        })),
      },
    ],
    folder: {
      'config/config.yml': config({ Music: { overlay_files: [{ file: 'config/music.yml' }] } }),
      'config/music.yml': overlays({
        Artist: { plex_all: true, overlay: text('<<title>>') },
        Album: { builder_level: 'album', plex_all: true, overlay: text('<<title>>') },
        Twenties: {
          builder_level: 'album',
          plex_search: { all: { album_year: 1927 } },
          overlay: text('1927', at(20, 20, ['right', 'top'])),
        },
      }),
    },
    targets: ['3000', '3110'],
    unscoped: true,
    expect: { overlays: { 3000: ['Artist'], 3110: ['Album', 'Twenties'] } },
  },
]
