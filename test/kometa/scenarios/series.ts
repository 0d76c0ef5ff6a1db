import { at, config, overlays, show, shows, text } from '../make.ts'
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
]
