import type { SampleItem } from '../../../src/demo/sample-plex/model/model.ts'
import { config, film, movies, overlays, poster, show, shows, text } from '../make.ts'
import { picture, pictureFile, uploadedImage } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

const worn = (ratingKey: string): Partial<SampleItem> => ({
  labels: ['Overlay'],
  posters: [uploadedImage(pictureFile('worn.webp'), 'webp'), poster(ratingKey)],
})
const everything = overlays({ Everything: { plex_all: true, overlay: text('<<title>>') } })
const oneFile = { overlay_files: [{ file: 'config/all.yml' }] }

const awkward = {
  libraries: [
    movies(
      [
        'Lock, Stock & "Barrel"',
        "L'Été | à la plage",
        '@Home',
        '#Alive',
        '🎬 Ünïcode <b>',
        '100% A+B=C',
        'Twins',
        'Twins',
        'Other',
      ].map((title, index) => film(String(101 + index), title, { year: 1950 + index })),
    ),
    shows([show('2000', 'Twins, "again" & again', [2]), show('2100', 'Twins, "again" & again', [1])]),
  ],
  folder: {
    'config/config.yml': config({ Movies: oneFile, Shows: { overlay_files: [{ file: 'config/episodes.yml' }] } }),
    'config/all.yml': overlays({
      Everything: { plex_all: true, overlay: text('<<title>>') },
      Twins: { plex_search: { all: { 'title.is': 'Twins' } }, overlay: text('Twin') },
      Barrel: { plex_search: { all: { title: 'Stock & "Barrel"' } }, overlay: text('Barrel') },
    }),
    'config/episodes.yml': overlays({
      Show: { plex_all: true, overlay: text('<<title>>') },
      Episode: { builder_level: 'episode', plex_all: true, overlay: text('<<show_title>>') },
    }),
  },
  targets: ['101', '102', '103', '104', '105', '106', '107', '2000', '2012', '2111'],
} satisfies Partial<Scenario>

export const naming: readonly Scenario[] = [
  {
    name: 'library-names',
    about: 'Library names with a pipe, a slash, an accent: their backups are in folders with cleaned names',
    libraries: [
      movies([film('101', 'Nosferatu', worn('101'))], { key: 1, title: 'Movies | HD' }),
      movies([film('201', 'The General', worn('201'))], { key: 2, title: 'Films/4K' }),
      movies([film('301', 'Metropolis', worn('301'))], { key: 3, title: 'Été à la plage' }),
      movies([film('401', 'M', worn('401'))], { key: 4, title: 'Plain' }),
    ],
    folder: {
      'config/config.yml': config({
        'Movies | HD': oneFile,
        'Films/4K': oneFile,
        'Été à la plage': oneFile,
        'What: "is" it?': { library_name: 'Plain', ...oneFile },
      }),
      'config/all.yml': everything,
      'config/overlays/Movies  HD Original Posters/101.jpg': pictureFile('clean.jpg'),
      'config/overlays/Films4K Original Posters/201.png': picture('the clean 201'),
      'config/overlays/Été à la plage Original Posters/301.webp': pictureFile('clean.webp'),
      'config/overlays/What is it Original Posters/401.jpg': pictureFile('poster.jpg'),
    },
    targets: ['101', '201', '301', '401'],
    unscoped: true,
    expect: { base: { 101: 'backup', 201: 'backup', 301: 'backup', 401: 'backup' } },
  },
  {
    name: 'two-mappings',
    about: 'Two mapping names on one section, run in their order',
    libraries: [movies([film('101', 'Nosferatu'), film('102', 'The General'), film('103', 'Metropolis')])],
    folder: {
      'config/config.yml': config({
        'First Pass': { library_name: 'Movies', ...oneFile },
        'Second Pass': { library_name: 'Movies', overlay_files: [{ file: 'config/second.yml' }] },
      }),
      'config/all.yml': everything,
      'config/second.yml': overlays({ Second: { plex_all: true, overlay: text('Second') } }),
    },
    targets: ['101', '102'],
    unscoped: true,
    expect: { uploads: { 101: 2, 102: 2 } },
  },
  {
    name: 'awkward-titles',
    about: 'Titles with quotes, ampersands, commas, pipes, emoji; two items with the same title',
    ...awkward,
    unscoped: true,
  },
  {
    name: 'scope-by-title',
    about: 'The same from a Plex that ignores `id=`: the scope is asked for by title',
    ...awkward,
    plex: { scopeHonours: { id: false } },
    expect: { strategy: 'title' },
  },
  {
    name: 'scope-by-filter',
    about: 'The same from a Plex that ignores `id=` and exact titles: whole listings, filtered on the way',
    ...awkward,
    plex: { scopeHonours: { id: false, title: false } },
    expect: { strategy: 'filter' },
  },
  {
    name: 'behind-a-path',
    about: 'A Plex behind a compressing reverse proxy with a path: clean posters and restores by URL',
    libraries: [
      movies([film('101', 'Nosferatu', worn('101')), film('102', 'The General'), film('103', 'M', worn('103'))]),
    ],
    plex: { pathPrefix: '/plex', gzip: true },
    folder: {
      'config/config.yml': config({ Movies: oneFile }),
      'config/all.yml': overlays({
        Some: { plex_all: true, filters: { title: ['Nosferatu', 'The General'] }, overlay: text('<<title>>') },
      }),
    },
    targets: ['101', '102', '103'],
    unscoped: true,
    expect: { restored: ['103'], base: { 101: 'clean Plex poster', 102: 'current poster', 103: 'clean Plex poster' } },
  },
  {
    name: 'secrets',
    about: 'Address, token and keys from the environment and from <<secrets>>; a library with its own plex section',
    libraries: [movies([film('101', 'Nosferatu')]), movies([film('201', 'M')], { key: 2, title: 'Second' })],
    folder: {
      'config/config.yml': config(
        {
          Movies: oneFile,
          Second: { ...oneFile, plex: { url: '<<my-plex>>', token: 'PLEX_TOKEN' } },
        },
        {},
        { plex: { url: 'ENV', token: 'env' }, tmdb: { apikey: '<<TMDB_KEY>>' } },
      ),
      'config/all.yml': everything,
    },
    env: {
      KOMETA_PLEX_URL: 'PLEX_URL',
      KOMETA_PLEX_TOKEN: 'PLEX_TOKEN',
      KOMETA_MY_PLEX: 'PLEX_URL',
      PMM_TMDB_KEY: '0123456789abcdef0123456789abcdef',
    },
    targets: ['101', '201'],
  },
]
