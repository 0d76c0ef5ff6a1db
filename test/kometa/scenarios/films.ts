import { at, config, film, media, movies, overlays, text } from '../make.ts'
import type { Scenario } from '../scenario.ts'

const library = () =>
  movies([
    film('101', 'Nosferatu', { year: 1922, media: [media('4k', { colorTrc: 'smpte2084', doviPresent: true })] }),
    film('102', 'The General', { year: 1926 }),
    film('103', 'Metropolis', { media: [media('4k')] }),
    film('104', 'M', { year: 1931, media: [media('720')] }),
    film('105', 'His Girl Friday', { year: 1940 }),
  ])

export const films: readonly Scenario[] = [
  {
    name: 'films-search',
    about: 'Films found by plex_search and plex_all, with filters',
    libraries: [library()],
    folder: {
      'config/config.yml': config({ Movies: { overlay_files: [{ file: 'config/films.yml' }] } }),
      'config/films.yml': overlays({
        Everything: { plex_all: true, overlay: text('<<title>>', at(0, 100, ['center', 'bottom'])) },
        '4K': { plex_search: { all: { resolution: '4K' } }, overlay: text('4K') },
        Silent: { plex_all: true, filters: { 'year.lt': 1929 }, overlay: text('Silent', at(40, 40, ['right', 'top'])) },
      }),
    },
    targets: ['101', '102', '104'],
    unscoped: true,
    expect: { status: 'success' },
  },
  {
    name: 'films-resolution',
    about: "Kometa's own overlay file, 128 definitions",
    libraries: [library()],
    folder: { 'config/config.yml': config({ Movies: { overlay_files: [{ default: 'resolution' }] } }) },
    targets: ['101', '104'],
    expect: { status: 'success' },
  },
]
