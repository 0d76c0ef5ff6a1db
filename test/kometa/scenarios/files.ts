import { stringify } from 'yaml'
import { at, config, film, media, movies, overlays, text } from '../make.ts'
import { picture } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'

const library = () =>
  movies([
    film('101', 'Nosferatu', {
      media: [
        media('4k', {}, [
          { kind: 'audio', codec: 'truehd', channels: 8, extendedDisplayTitle: 'English (TrueHD Atmos 7.1)' },
        ]),
      ],
    }),
    film('102', 'The General', { media: [media('1080', {}, [{ kind: 'audio', codec: 'aac', channels: 2 }])] }),
    film('103', 'Metropolis'),
  ])
const badge = (words: string, down: number) =>
  overlays({ [words]: { plex_all: true, overlay: text(words, at(20, down)) } })

export const files: readonly Scenario[] = [
  {
    name: 'kinds-of-files',
    about: 'Overlay files by file, folder, bare path, default and pmm, with template variables of library and file',
    libraries: [library()],
    folder: {
      'config/config.yml': config({
        Movies: {
          template_variables: { word: 'Library' },
          overlay_files: [
            { file: 'config/one.yml', template_variables: { word: 'File' } },
            { folder: 'config/many' },
            'more/bare.yml',
            { file: 'config/templated.yml' },
            { default: 'direct_play' },
            { pmm: 'audio_codec', template_variables: { style: 'compact', horizontal_offset: 300 } },
          ],
        },
      }),
      'config/one.yml': badge('One', 20),
      'config/many/a.yml': badge('Many A', 160),
      'config/many/b.yaml': badge('Many B', 300),
      'config/many/c.yml': badge('Many C', 440),
      'config/many/notes.txt': 'no overlay file',
      'more/bare.yml': badge('Bare', 580),
      'config/templated.yml': overlays(
        { Word: { template: { name: 'word' } } },
        { external_templates: { file: 'more/templates.yml', template_variables: { down: 720 } } },
      ),
      'more/templates.yml': stringify({
        templates: {
          word: {
            default: { across: 20 },
            conditionals: { ending: { default: '?', conditions: [{ library_name: 'Movies', value: '!' }] } },
            plex_all: true,
            overlay: text('<<word>><<ending>>', { horizontal_offset: '<<across>>', vertical_offset: '<<down>>' }),
          },
        },
      }),
    },
    targets: ['101', '102'],
    unscoped: true,
  },
  {
    name: 'other-endings',
    about:
      'Files under the other ending than the config names, by file, default and external_templates; images above them',
    libraries: [library()],
    folder: {
      'user/config/config.yml': config({
        Movies: {
          overlay_files: [{ file: 'config/overlays/ov.yaml' }, { default: 'config/overlays/as-default.yaml' }],
        },
      }),
      'user/config/overlays/ov.yml': overlays(
        {
          Above: { plex_all: true, overlay: { name: 'above', file: '../images/a.png', ...at(20, 20) } },
          Templated: { template: { name: 'marked' } },
        },
        { external_templates: { file: 'config/templates.yml' } },
      ),
      'user/config/templates.yaml': stringify({
        templates: {
          marked: { plex_all: true, overlay: { name: 'marked', file: '../images/b.png', ...at(20, 200) } },
        },
      }),
      'user/config/overlays/as-default.yml': overlays({
        Third: { plex_all: true, overlay: { name: 'third', file: '../images/c.png', ...at(20, 380) } },
      }),
      'images/a.png': picture('badge above', { width: 120, height: 60, alpha: 210 }),
      'images/b.png': picture('badge of a template', { width: 120, height: 60, alpha: 210 }),
      'images/c.png': picture('badge of a default', { width: 120, height: 60, alpha: 210 }),
    },
    config: 'user/config/config.yml',
    cwd: 'user',
    targets: ['101', '102'],
    unscoped: true,
    expect: { overlays: { 101: ['Above', 'Templated', 'Third'], 102: ['Above', 'Templated', 'Third'] } },
  },
  {
    name: 'old-spellings',
    about: '`overlay_path`, and `remove_overlays`, `reapply_overlays` inside the list of files',
    libraries: [library()],
    folder: {
      'config/config.yml': config({
        Movies: { overlay_path: [{ reapply_overlays: true }, { file: 'config/one.yml' }, 'config/two.yml'] },
      }),
      'config/one.yml': badge('One', 20),
      'config/two.yml': badge('Two', 200),
    },
    targets: ['101'],
    unscoped: true,
  },
  {
    name: 'files-from-outside',
    about: 'Overlay files and images by url, git and repo',
    libraries: [library()],
    folder: {
      'config/config.yml': config(
        {
          Movies: {
            overlay_files: [
              { url: 'https://raw.githubusercontent.com/somebody/overlays/main/by-url.yml' },
              { git: 'somebody/by-git' },
              { repo: 'by-repo' },
            ],
          },
        },
        { custom_repo: 'https://github.com/somebody/overlays/tree/main' },
      ),
    },
    outside: {
      '/somebody/overlays/main/by-url.yml': badge('By url', 20),
      '/Kometa-Team/Community-Configs/master/somebody/by-git.yml': badge('By git', 160),
      '/somebody/overlays/main/by-repo.yml': overlays({
        'By repo': { plex_all: true, overlay: text('By repo', at(20, 300)) },
        'Image by url': {
          plex_all: true,
          overlay: {
            name: 'by url',
            url: 'https://raw.githubusercontent.com/somebody/overlays/main/badge.png',
            ...at(20, 440),
          },
        },
        'Image by git': { plex_all: true, overlay: { name: 'by git', git: 'somebody/badge', ...at(20, 580) } },
        'Image by repo': { plex_all: true, overlay: { name: 'by repo', repo: 'badge', ...at(20, 720) } },
      }),
      '/somebody/overlays/main/badge.png': picture('badge by url', { width: 120, height: 60, alpha: 210 }),
      '/Kometa-Team/Community-Configs/master/somebody/badge.png': picture('badge by git', {
        width: 120,
        height: 60,
        alpha: 210,
      }),
    },
    targets: ['101', '102'],
    unscoped: true,
  },
  {
    name: 'artwork-types',
    about: 'Each library with its own file type and quality',
    libraries: [
      movies([film('101', 'Nosferatu')], { key: 1, title: 'Jpeg' }),
      movies([film('201', 'The General')], { key: 2, title: 'Png' }),
      movies([film('301', 'Metropolis')], { key: 3, title: 'Lossless' }),
      movies([film('401', 'M')], { key: 4, title: 'Lossy' }),
    ],
    folder: {
      'config/config.yml': config(
        {
          Jpeg: {
            overlay_files: ['config/all.yml'],
            settings: { overlay_artwork_filetype: 'jpg', overlay_artwork_quality: 60 },
          },
          Png: { overlay_files: ['config/all.yml'], settings: { overlay_artwork_filetype: 'png' } },
          Lossless: { overlay_files: ['config/all.yml'], settings: { overlay_artwork_filetype: 'webp_lossless' } },
          Lossy: { overlay_files: ['config/all.yml'] },
        },
        { overlay_artwork_filetype: 'webp_lossy', overlay_artwork_quality: 35 },
      ),
      'config/all.yml': badge('Badge', 20),
    },
    targets: ['101', '201', '301', '401'],
  },
  {
    name: 'started-elsewhere',
    about: 'A config outside a folder named config; relative paths start where Kometa is started',
    libraries: [library()],
    folder: {
      'settings/kometa.yml': config(
        { Movies: { overlay_files: [{ file: 'files/one.yml' }] } },
        { asset_directory: 'assets', asset_folders: false },
      ),
      'start/files/one.yml': overlays({
        Image: { plex_all: true, overlay: { name: 'named', ...at(10, 10) } },
        File: { plex_all: true, overlay: { name: 'filed', file: '../settings/pictures/filed.png', ...at(10, 200) } },
      }),
      'start/assets/Metropolis (1927).png': picture('asset of Metropolis'),
      'settings/overlays/named.png': picture('badge named', { width: 120, height: 60, alpha: 210 }),
      'settings/pictures/filed.png': picture('badge filed', { width: 120, height: 60, alpha: 210 }),
    },
    config: 'settings/kometa.yml',
    cwd: 'start',
    targets: ['101', '103'],
    unscoped: true,
    expect: { base: { 103: 'asset' } },
  },
]
