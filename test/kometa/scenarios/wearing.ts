import type { SampleItem } from '../../../src/demo/sample-plex/model/model.ts'
import { at, config, film, movies, overlays, poster, show, shows, text } from '../make.ts'
import { agentImage, picture, pictureFile, uploadedImage } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

/** How Plex shows an item after a run of Kometa: Kometa's upload first, then the agent's picture. */
const worn = (ratingKey: string, ...labels: string[]): Partial<SampleItem> => ({
  labels: [...labels, 'Overlay'],
  posters: [uploadedImage(pictureFile('worn.webp'), 'webp'), poster(ratingKey)],
})

const everything = overlays({ Everything: { plex_all: true, overlay: text('<<title>>') } })
const oneFile = { overlay_files: [{ file: 'config/all.yml' }] }
const originals = 'config/overlays/Movies Original Posters'

export const wearing: readonly Scenario[] = [
  {
    name: 'worn-with-backup',
    about: 'Items with the label are drawn from their backups, for each type',
    libraries: [
      movies([
        film('101', 'Nosferatu', worn('101')),
        film('102', 'The General', worn('102', 'Favourite')),
        film('103', 'Metropolis', worn('103')),
        film('104', 'M', worn('104')),
      ]),
    ],
    folder: {
      'config/config.yml': config({ Movies: oneFile }),
      'config/all.yml': everything,
      [`${originals}/101.png`]: picture('the clean 101'),
      [`${originals}/102.jpg`]: pictureFile('clean.jpg'),
      [`${originals}/103.webp`]: pictureFile('clean.webp'),
      [`${originals}/104.jpg`]: pictureFile('poster.jpg'),
    },
    targets: ['101', '102', '103'],
    unscoped: true,
    expect: { base: { 101: 'backup', 102: 'backup', 103: 'backup' } },
  },
  {
    name: 'worn-without-backup',
    about: "Items with the label and without a backup: the agent's poster instead of Kometa's upload",
    libraries: [
      movies([
        film('101', 'Nosferatu', worn('101')),
        film('102', 'The General', {
          ...worn('102'),
          posters: [
            uploadedImage(pictureFile('worn.webp'), 'webp'),
            { ...uploadedImage(pictureFile('clean.jpg'), 'jpg'), selected: false },
            poster('102'),
          ],
        }),
        film('103', 'Metropolis'),
      ]),
    ],
    folder: { 'config/config.yml': config({ Movies: oneFile }), 'config/all.yml': everything },
    targets: ['101', '102', '103'],
    unscoped: true,
    expect: { base: { 101: 'clean Plex poster', 102: 'clean Plex poster', 103: 'current poster' } },
  },
  {
    name: 'worn-episodes',
    about: 'A season and an episode with the label, one with a backup',
    libraries: [
      shows([
        show('2000', 'Dragnet', [2, 2], ({ ratingKey }) =>
          ratingKey === '2010' || ratingKey === '2011' ? worn(ratingKey) : {},
        ),
      ]),
    ],
    folder: {
      'config/config.yml': config({ Shows: { overlay_files: [{ file: 'config/levels.yml' }] } }),
      'config/levels.yml': overlays({
        Season: { builder_level: 'season', plex_all: true, overlay: text('Season <<season_number>>') },
        Episode: { builder_level: 'episode', plex_all: true, overlay: text('Episode <<episode_number>>') },
      }),
      'config/overlays/Shows Original Posters/2011.jpg': pictureFile('clean.jpg'),
    },
    targets: ['2010', '2011'],
    expect: { base: { 2010: 'clean Plex poster', 2011: 'backup' } },
  },
  {
    name: 'removal',
    about: 'Items with the label that no definition matches any more get their poster back',
    libraries: [
      movies([
        film('101', 'Nosferatu', worn('101')),
        film('102', 'The General', worn('102')),
        film('103', 'Metropolis', { ...worn('103'), year: 1931 }),
        film('104', 'M', { year: 1931 }),
        film('105', 'Blackmail', worn('105')),
      ]),
    ],
    folder: {
      'config/config.yml': config({ Movies: oneFile }),
      'config/all.yml': overlays({ Talkies: { plex_all: true, filters: { year: 1931 }, overlay: text('Talkie') } }),
      [`${originals}/101.jpg`]: pictureFile('clean.jpg'),
      [`${originals}/103.png`]: picture('the clean 103'),
      [`${originals}/105.jpg`]: pictureFile('poster.jpg'),
    },
    targets: ['101', '102', '103', '104'],
    unscoped: true,
    expect: { restored: ['101', '102'] },
  },
  {
    name: 'remove-overlays',
    about: '`remove_overlays: true` in a library without overlay files',
    libraries: [
      movies([
        film('101', 'Nosferatu', worn('101')),
        film('102', 'The General', worn('102')),
        film('103', 'Metropolis', worn('103')),
      ]),
    ],
    folder: {
      'config/config.yml': config({
        Movies: { remove_overlays: true, collection_files: [{ file: 'config/collections.yml' }] },
      }),
      'config/collections.yml': 'collections:\n  Silent:\n    plex_search:\n      all:\n        year.lte: 1929\n',
      [`${originals}/101.jpg`]: pictureFile('clean.jpg'),
    },
    targets: ['101', '102'],
    unscoped: true,
    expect: { restored: ['101', '102'] },
  },
  {
    name: 'remove-overlays-with-file',
    about: '`remove_overlays: true` with overlay files: they are not drawn',
    libraries: [movies([film('101', 'Nosferatu', worn('101')), film('102', 'The General', worn('102'))])],
    folder: {
      'config/config.yml': config({ Movies: { remove_overlays: true, ...oneFile } }),
      'config/all.yml': everything,
    },
    targets: ['101'],
    expect: { restored: ['101'] },
  },
  {
    name: 'reset-overlays',
    about: '`reset_overlays: plex` and `reapply_overlays`: the backup is not used',
    libraries: [movies([film('101', 'Nosferatu', worn('101')), film('102', 'The General')])],
    folder: {
      'config/config.yml': config({ Movies: { reset_overlays: 'plex', reapply_overlays: true, ...oneFile } }),
      'config/all.yml': everything,
      [`${originals}/101.jpg`]: pictureFile('clean.jpg'),
    },
    targets: ['101', '102'],
    expect: { base: { 101: 'clean Plex poster', 102: 'current poster' } },
  },
  {
    name: 'old-overlay-labels',
    about: 'Labels and backups from before Kometa 1.17: `4K Overlay`, overlays/4K/<ratingKey>.png',
    libraries: [
      movies([
        film('101', 'Nosferatu', { ...worn('101'), labels: ['4K Overlay'] }),
        film('102', 'The General', { ...worn('102'), labels: ['4K Overlay'] }),
        film('103', 'Metropolis'),
      ]),
    ],
    folder: {
      'config/config.yml': config({ Movies: oneFile }),
      'config/all.yml': overlays({ Badge: { plex_all: true, filters: { title: 'Metropolis' }, overlay: text('New') } }),
      'config/overlays/4K/101.png': picture('the clean 101'),
      'config/overlays/4K/102.png': picture('the clean 102'),
      'config/overlays/4K/overlay.png': picture('4k badge', { alpha: 200 }),
    },
    targets: ['101', '103'],
    expect: { restored: ['101'] },
  },
  {
    name: 'poster-with-mark',
    about: 'An item without the label whose poster is already a Kometa upload: Kometa refuses to draw on it',
    libraries: [
      movies([
        film('101', 'Nosferatu', { ...worn('101'), labels: [] }),
        film('102', 'The General', { posters: [agentImage(pictureFile('poster.jpg'), 'jpg')] }),
      ]),
    ],
    folder: {
      'config/config.yml': config({ Movies: oneFile }),
      'config/all.yml': overlays({ Badge: { plex_all: true, overlay: text('Badge', at(0, 0, ['center', 'center'])) } }),
    },
    targets: ['101', '102'],
    expect: {
      uploads: { 101: 0 },
      status: 'partial',
      problems: [/^Nosferatu \(1927\): .*already has an Overlay/],
      notes: { 101: [/Choose a clean poster for it in Plex/] },
      logged: [/already has an Overlay/],
      errors: [/already has an Overlay/],
    },
  },
  {
    name: 'reset-to-tmdb',
    about: '`reset_overlays: tmdb`: the poster of TMDb, fetched by Kometa itself',
    libraries: [movies([film('101', 'Nosferatu', worn('101')), film('102', 'The General', worn('102'))])],
    folder: {
      'config/config.yml': config({ Movies: { reset_overlays: 'tmdb', ...oneFile } }),
      'config/all.yml': everything,
      [`${originals}/101.jpg`]: pictureFile('clean.jpg'),
    },
    targets: ['101'],
    expect: { base: { 101: 'poster from the internet' } },
  },
]
