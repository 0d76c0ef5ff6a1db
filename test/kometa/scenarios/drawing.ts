import { at, config, film, media, movies, overlays, show, shows, text } from '../make.ts'
import { picture } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

const badge = (name: string) => picture(`badge ${name}`, { width: 120, height: 60, alpha: 210 })
const library = () =>
  movies([
    film('101', 'Nosferatu', {
      year: 1922,
      media: [media('4k')],
      audienceRating: 8.1,
      audienceRatingImage: 'imdb://image.rating',
      rating: 9.7,
      ratingImage: 'rottentomatoes://image.rating.ripe',
      userRating: 7,
      originalTitle: 'Nosferatu, eine Symphonie des Grauens',
      editionTitle: "Director's Cut",
    }),
    film('102', 'The General', {
      year: 1926,
      media: [media('1080'), media('720')],
      audienceRating: 6,
      durationMs: 4_000_000,
    }),
    film('103', 'Metropolis'),
  ])

export const drawing: readonly Scenario[] = [
  {
    name: 'named-images',
    about: "Images by name from the config's overlays folder, by path, scaled, over the whole poster",
    libraries: [library()],
    folder: {
      'config/config.yml': config({ Movies: { overlay_files: [{ file: 'config/images.yml' }] } }),
      'config/images.yml': overlays({
        Frame: { plex_all: true, overlay: { name: 'frame' } },
        Bare: { plex_all: true, overlay: { name: 'ribbon', ...at(0, 0) } },
        File: {
          plex_all: true,
          overlay: { name: 'mine', file: 'config/images/mine.png', ...at(30, 30, ['right', 'top']) },
        },
        Scaled: {
          plex_all: true,
          overlay: {
            name: 'scaled',
            file: 'config/images/mine.png',
            scale_width: '200%',
            ...at(0, 300, ['center', 'top']),
          },
        },
        'From Kometa': { plex_all: true, overlay: { name: 'k', default: 'audio_codec/compact/aac', ...at(15, 900) } },
        mapping: { plex_all: true },
      }),
      'config/overlays/frame.png': picture('frame', { width: 100, height: 150, alpha: 90 }),
      'config/overlays/ribbon.png': badge('ribbon'),
      'config/overlays/mapping.png': badge('mapping'),
      'config/images/mine.png': badge('mine'),
    },
    targets: ['101', '102'],
    unscoped: true,
  },
  {
    name: 'queues',
    about: 'Badges in a queue, by weight, with more badges than places',
    libraries: [library()],
    folder: {
      'config/config.yml': config({ Movies: { overlay_files: [{ file: 'config/queue.yml' }] } }),
      'config/queue.yml': overlays(
        {
          One: { plex_all: true, overlay: { name: 'one', file: 'config/one.png', queue: 'corner', weight: 10 } },
          Two: {
            plex_search: { all: { resolution: '4K' } },
            overlay: { name: 'two', file: 'config/two.png', queue: 'corner', weight: 30 },
          },
          Three: { plex_all: true, overlay: { ...text('<<title>>', {}), queue: 'corner', weight: 20 } },
        },
        { queues: { corner: [at(30, 30), at(30, 180)] } },
      ),
      'config/one.png': badge('one'),
      'config/two.png': badge('two'),
    },
    targets: ['101', '102'],
    unscoped: true,
  },
  {
    name: 'texts',
    about: 'Texts with ratings, runtime, dates, editions; fonts from the config, from Kometa, by name',
    libraries: [library()],
    folder: {
      'config/config.yml': config({ Movies: { overlay_files: [{ file: 'config/texts.yml' }] } }),
      'config/texts.yml': overlays({
        Audience: { plex_all: true, overlay: text('<<audience_rating>>', at(20, 20)) },
        Critic: {
          plex_all: true,
          overlay: text('<<critic_rating%>>%', at(20, 160), { font: 'config/fonts/Mine.ttf' }),
        },
        User: { plex_all: true, overlay: text('<<user_rating#>>', at(20, 300), { font: 'fonts/Arimo-Bold.ttf' }) },
        Tmdb: { plex_all: true, overlay: text('<<tmdb_rating>>', at(20, 440), { font: 'Comfortaa-Bold.ttf' }) },
        'Tmdb again': { plex_all: true, overlay: text('<<tmdb_rating%>>%', at(20, 580)) },
        Plex: { plex_all: true, overlay: text('<<plex_imdb_rating>>', at(20, 720)) },
        Runtime: {
          plex_all: true,
          overlay: text('<<runtimeH>>h <<runtimeM>>m', at(20, 860), { font_style: 'Bold', font: 'Inter-Medium.ttf' }),
        },
        Date: { plex_all: true, overlay: text('<<originally_available[%d.%m.%Y]>>', at(20, 1000)) },
        Original: {
          plex_all: true,
          overlay: text('<<original_titleU>>', at(20, 1140), { stroke_width: 4, stroke_color: '#FF0000' }),
        },
        Edition: { plex_all: true, overlay: text('<<edition>>', at(20, 1280)) },
        Versions: { plex_all: true, overlay: text('<<versionsW>>', at(20, 20, ['right', 'bottom'])) },
        Addon: {
          plex_all: true,
          overlay: text('<<bitrateH>>', at(20, 20, ['right', 'top']), {
            file: 'config/addon.png',
            addon_position: 'left',
            addon_offset: 12,
            back_width: 400,
            back_height: 120,
            back_align: 'right',
            back_radius: 30,
            back_line_color: '#00FF00',
            back_line_width: 5,
          }),
        },
      }),
      'config/addon.png': badge('addon'),
      'config/fonts/Mine.ttf': { fromKometa: 'fonts/Comfortaa-Light.ttf' },
    },
    targets: ['101', '102'],
    unscoped: true,
    // 102 and 103 have no such ratings.
    expect: {
      errors: [/No '(?:<<(?:critic_rating|user_rating|original_title|edition|audience_rating)|plex_imdb_rating)/],
    },
  },
  {
    name: 'groups',
    about: 'Groups by weight, and suppression',
    libraries: [library()],
    folder: {
      'config/config.yml': config({ Movies: { overlay_files: [{ file: 'config/groups.yml' }] } }),
      'config/groups.yml': overlays({
        Low: { plex_all: true, overlay: text('Low', at(40, 40), { group: 'quality', weight: 10 }) },
        High: {
          plex_search: { all: { resolution: '4K' } },
          overlay: text('High', at(40, 40), { group: 'quality', weight: 20 }),
        },
        Silent: {
          plex_all: true,
          filters: { 'year.lt': 1925 },
          suppress_overlays: ['Plain'],
          overlay: text('Silent', at(40, 300)),
        },
        Plain: { plex_all: true, overlay: text('Plain', at(40, 500)) },
      }),
    },
    targets: ['101', '102', '103'],
    unscoped: true,
    expect: { overlays: { 101: ['High', 'Silent'], 102: ['Low', 'Plain'], 103: ['Low', 'Plain'] } },
  },
  {
    name: 'blur-and-backdrop',
    about: 'Blur, also of two strengths, and backdrops, on films and on an episode',
    libraries: [library(), shows([show('2000', 'Dragnet', [2])])],
    folder: {
      'config/config.yml': config({
        Movies: { overlay_files: [{ file: 'config/blur.yml' }] },
        Shows: { overlay_files: [{ file: 'config/episodes.yml' }] },
      }),
      'config/blur.yml': overlays({
        Soft: { plex_all: true, overlay: { name: 'blur(5)' } },
        Strong: { plex_search: { all: { resolution: '4K' } }, overlay: { name: 'blur(30)' } },
        Back: {
          plex_all: true,
          overlay: { name: 'backdrop', back_color: '#00000099', back_height: 300, ...at(0, 0, ['left', 'bottom']) },
        },
        Line: { plex_all: true, overlay: { name: 'backdrop', back_line_color: '#FFCC00', back_line_width: 12 } },
      }),
      'config/episodes.yml': overlays({
        Hidden: { builder_level: 'episode', plex_all: true, overlay: { name: 'blur(20)' } },
        Back: { builder_level: 'episode', plex_all: true, overlay: { name: 'backdrop', back_color: '#11223388' } },
      }),
    },
    targets: ['101', '103', '2011'],
    unscoped: true,
  },
]
