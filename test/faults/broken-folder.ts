import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const place = 'horizontal_align: left, vertical_align: top, horizontal_offset: 20, vertical_offset: 20'
const text = (more = '') => `overlay: {name: "text(P)", ${place}${more}}`

/** The user's folder of the run whose log is test/fixtures/kometa-logs/faults.log. */
const files: Readonly<Record<string, string>> = {
  'config/config.yml': `libraries:
  Movies:
    overlay_files:
    - file: config/o.yml
    - file: config/missing.yml
    - file: config/tab.yml
    - file: config/ext.yml
    - file: config/empty.yml
    - file: config/list.yml
    - file: config/allbad.yml
    - folder: config/nofolder
    - config/nopath.yml
    - file:
    - git: nobody/nothing
    - repo: mine
    - url: https://raw.githubusercontent.com/nobody/x.yml
    - default: content_rating
    - default: direct_play
      template_variables:
        back_color: '#GG'
plex: {url: "http://plex.test:32400", token: lab-token-0123456789}
tmdb: {apikey: 0123456789abcdef0123456789abcdef, language: en}
settings: {cache: false}
`,
  'config/o.yml': `overlays:
  good: {plex_all: true, ${text()}}
  bad_color:
    ${text(', font_color: "#GGG"')}
    plex_all: true
  bad_align: {plex_all: true, overlay: {name: text(P), horizontal_align: middle}}
  unknown_key: {plex_all: true, ${text(', colour: red')}}
  unknown_attr: {plex_al: true, ${text()}}
  bad_filter: {plex_all: true, filters: {resolutions: 4k}, ${text()}}
  bad_filter_value: {plex_all: true, filters: {year.gte: soon}, ${text()}}
  no_match_filter: {plex_all: true, filters: {year.gte: 2050}, ${text()}}
  no_collection: {plex_search: {all: {collection: Trending}}, ${text()}}
  no_label: {plex_search: {all: {label: Nope}}, ${text()}}
  novalidate: {plex_search: {validate: false, all: {label: Nope, resolution: 4k, foo: bar}}, ${text()}}
  blank_suppress: {plex_all: true, suppress_overlays: , overlay: {name: blur(x)}}
  no_builder: {${text()}}
  notadict: hello
  nothing:
  no_template: {template: {name: nowhere}}
  no_var_template: {template: {name: mine}}
  trakt: {trakt_chart: {chart: trending}, ${text()}}
  show_only: {plex_search: {all: {network: HBO}}, ${text()}}
  bad_level: {builder_level: episode, plex_all: true, ${text()}}
  colour_gone: {plex_all: true, ${text(', font_color: ')}}
templates:
  mine: {plex_all: true, ${text()}}
`,
  'config/tab.yml': 'overlays:\n  t:\n    plex_all: true\t# x\n    overlay: {name: blur(5)}\n',
  'config/ext.yml':
    'external_templates:\n  - file: config/notemplates.yml\noverlays:\n  fromext: {template: {name: there}}\n',
  'config/empty.yml': '',
  'config/list.yml': 'overlays:\n- a\n- b\n',
  'config/allbad.yml':
    'overlays:\n  a1: {overlay: {name: text(A)}, plex_all: true}\n  a2: {overlay: {name: img}, plex_all: true}\n',
}

export function writeBrokenFolder(folder: string): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return join(folder, 'config/config.yml')
}
