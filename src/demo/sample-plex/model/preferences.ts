import { node, type PlexNode } from '../nodes/node.ts'
import type { Entry } from './entry.ts'

/** Advanced settings that Kometa and python-plexapi edit, with Plex's defaults. */
const preferenceDefaults: Partial<
  Record<Entry['type'], readonly (readonly [id: string, type: string, value: string, choices: string])[]>
> = {
  show: [
    ['episodeSort', 'int', '-1', '-1:Library default|0:Oldest first|1:Newest first'],
    ['flattenSeasons', 'int', '-1', '-1:Library default|0:Hide|1:Show'],
    ['languageOverride', 'text', '', ':Library default|en-US:English|de-DE:German'],
  ],
  movie: [
    ['languageOverride', 'text', '', ':Library default|en-US:English|de-DE:German'],
    ['useOriginalTitle', 'int', '-1', '-1:Library default|0:No|1:Yes'],
  ],
  season: [['audioLanguage', 'text', '', ':Default|en-US:English']],
  collection: [
    [
      'collectionMode',
      'int',
      '-1',
      '-1:Library default|0:Hide collection|1:Hide items in this collection|2:Show this collection and its items',
    ],
    ['collectionSort', 'int', '0', '0:Release date|1:Alphabetical|2:Custom'],
    ['collectionFilterBasedOnUser', 'int', '0', '0:Admin|1:User'],
  ],
}

export function preferencesNode(entry: Entry): PlexNode {
  const settings = (preferenceDefaults[entry.type] ?? []).map(([id, type, standard, enumValues]) =>
    node('Setting', {
      id,
      type,
      default: standard,
      value: entry.prefs?.get(id) ?? standard,
      label: id,
      summary: '',
      hidden: false,
      advanced: false,
      group: '',
      enumValues,
    }),
  )
  return node('Preferences', {}, settings)
}
