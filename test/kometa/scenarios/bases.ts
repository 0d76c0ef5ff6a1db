import { config, film, movies, overlays, show, shows, text } from '../make.ts'
import { picture, pictureFile } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

const everything = overlays({ Everything: { plex_all: true, overlay: text('<<title>>') } })

export const bases: readonly Scenario[] = [
  {
    name: 'assets-in-folders',
    about: 'Posters, backgrounds and logos from asset folders, and an item that has none',
    libraries: [
      movies([
        film('101', 'Nosferatu', { year: 1922 }),
        film('102', 'The General', { year: 1926 }),
        film('103', 'Metropolis'),
        film('104', 'M', { year: 1931 }),
      ]),
    ],
    folder: {
      'config/config.yml': config(
        { Movies: { overlay_files: [{ file: 'config/all.yml' }] } },
        { asset_directory: ['config/assets', 'more/assets'], asset_folders: true, prioritize_assets: true },
      ),
      'config/all.yml': everything,
      'config/assets/Nosferatu (1922)/poster.jpg': pictureFile('poster.jpg'),
      'config/assets/Nosferatu (1922)/background.png': picture('background', { width: 160, height: 90 }),
      'config/assets/Nosferatu (1922)/logo.png': picture('logo', { alpha: 255 }),
      'more/assets/The General (1926)/poster.webp': pictureFile('clean.webp'),
      'config/assets/M (1931)/poster.png': picture('asset of M'),
    },
    targets: ['101', '102', '103'],
    unscoped: true,
    expect: { uploads: { 101: 3 }, base: { 101: 'asset', 102: 'asset', 103: 'current poster' } },
  },
  {
    name: 'assets-renamed',
    about: 'dimensional_asset_rename: Kometa renames and uses pictures in asset folders, also in those of one library',
    libraries: [
      movies([
        film('101', 'Nosferatu', { year: 1922 }),
        film('102', 'The General', { year: 1926 }),
        film('103', 'Metropolis'),
      ]),
      shows([show('2000', 'Dragnet', [2])]),
    ],
    folder: {
      'config/config.yml': config(
        {
          Movies: { overlay_files: [{ file: 'config/all.yml' }] },
          Shows: {
            overlay_files: [{ file: 'config/all.yml' }],
            settings: { asset_directory: 'more/shows', dimensional_asset_rename: true },
          },
        },
        { asset_directory: ['config/assets', 'more/assets'], asset_folders: true, dimensional_asset_rename: true },
      ),
      'config/all.yml': everything,
      'config/assets/Nosferatu (1922)/upright.jpg': pictureFile('poster.jpg'),
      'config/assets/Nosferatu (1922)/wide.png': picture('wide', { width: 160, height: 90 }),
      'more/assets/The General (1926)/poster.webp': pictureFile('clean.webp'),
      'more/shows/Dragnet/Season01.png': picture('asset of a season'),
      'more/shows/Dragnet/any.png': picture('asset of a show'),
    },
    targets: ['101', '102', '103', '2000'],
    unscoped: true,
    expect: { uploads: { 101: 2 }, base: { 101: 'asset', 102: 'asset', 103: 'current poster', 2000: 'asset' } },
  },
  {
    name: 'assets-flat',
    about: 'Assets without folders, also for a season and an episode; an asset is preferred to a backup',
    libraries: [
      movies([film('101', 'Nosferatu', { year: 1922, labels: ['Overlay'] }), film('102', 'The General')]),
      shows([show('2000', 'Dragnet', [2])]),
    ],
    folder: {
      'config/config.yml': config(
        {
          Movies: { overlay_files: [{ file: 'config/all.yml' }] },
          Shows: { overlay_files: [{ file: 'config/all.yml' }, { file: 'config/levels.yml' }] },
        },
        { asset_directory: 'config/assets', asset_folders: false },
      ),
      'config/all.yml': everything,
      'config/levels.yml': overlays({
        Season: { builder_level: 'season', plex_all: true, overlay: text('Season <<season_number>>') },
        Episode: { builder_level: 'episode', plex_all: true, overlay: text('Episode <<episode_number>>') },
      }),
      'config/assets/Nosferatu (1922).png': picture('asset of Nosferatu'),
      'config/assets/Dragnet.jpg': pictureFile('poster.jpg'),
      'config/assets/Dragnet_Season01.png': picture('asset of a season'),
      'config/assets/Dragnet_S01E02.png': picture('asset of an episode', { width: 160, height: 90 }),
      'config/overlays/Movies Original Posters/101.jpg': pictureFile('clean.jpg'),
    },
    targets: ['101', '102', '2000', '2010', '2012'],
    expect: { base: { 101: 'asset', 102: 'current poster', 2000: 'asset', 2010: 'asset', 2012: 'asset' } },
  },
]
