import {
  type KeyTable,
  libraryKeys,
  overlayEntryKeys,
  plexKeys,
  refusedLibraryKeys,
  serviceKeys,
  settingsKeys,
  topLevelKeys,
} from '../../run-config/key-table.ts'
import type { Place, Places } from '../yaml-places.ts'
import type { Misreading } from './misreading.ts'

/** The keys that Kometa reads in each place. `*` is any key or list position. */
export const keyTables: readonly { in: readonly string[]; keys: KeyTable }[] = [
  { in: [], keys: topLevelKeys },
  { in: ['plex'], keys: plexKeys },
  { in: ['settings'], keys: settingsKeys },
  ...Object.entries(serviceKeys).map(([name, keys]) => ({ in: [name], keys })),
  { in: ['libraries', '*'], keys: libraryKeys },
  { in: ['libraries', '*', 'plex'], keys: plexKeys },
  { in: ['libraries', '*', 'settings'], keys: settingsKeys },
  { in: ['libraries', '*', 'overlay_files', '*'], keys: overlayEntryKeys },
]
/** Old keys, or keys that Kometa reads in other places. They are no mistakes. */
const known = new Set(['preview', 'asset_directory', 'sync_mode', 'show_unmanaged', 'show_filtered'])
/** More old names under `plex`, which Kometa moves to settings. */
const movedFromPlex = new Set(['show_unfiltered', 'show_missing'])

/** The most unknown keys that are reported. A text with more is no config of Kometa. */
const maxUnknownKeys = 200

/** The keys that Kometa does not read where they are, each with the key that was probably meant. */
export function unknownKeys(places: Places): Misreading[] {
  const found: Misreading[] = []
  for (const place of places.all) {
    if (found.length >= maxUnknownKeys) break
    found.push(...unknownKey(places, place))
  }
  return found
}

function unknownKey(places: Places, place: Place): Misreading[] {
  const key = place.path.at(-1) ?? ''
  const parent = place.path.slice(0, -1)
  const table = keyTables.find(({ in: path }) => fits(parent, path))
  if (!table || key === '' || key === '<<' || known.has(key) || Object.hasOwn(table.keys, key)) return []
  if (movedFromPlex.has(key) && place.path.at(-2) === 'plex') return []
  // Kometa stops at these, and the check of the config reports them.
  if (place.path[0] === 'libraries' && refusedLibraryKeys.includes(key)) return []
  if (places.find(parent)?.isList) return []
  const meant = nearest(key, Object.keys(table.keys))
  const message = `Kometa does not know "${key}" here${meant === null ? '' : `; did you mean "${meant}"?`}`
  return [{ message, place, isSure: meant !== null }]
}

const fits = (path: readonly string[], pattern: readonly string[]): boolean =>
  path.length === pattern.length &&
  pattern.every((part, at) => {
    if (part !== '*') return part === path[at]
    // A single overlay file needs no list. Its keys are then one level up.
    return pattern[at - 1] !== 'overlay_files' || /^\d+$/.test(path[at] ?? '')
  })

/** The nearest name that differs by at most two letters, or by a third of a short word. */
export function nearest(word: string, names: readonly string[]): string | null {
  let best: string | null = null
  let least = Math.min(2, Math.floor(word.length / 3)) + 1
  for (const name of names) {
    if (Math.abs(name.length - word.length) >= least) continue
    const distance = editDistance(word.toLowerCase(), name)
    if (distance < least) {
      least = distance
      best = name
    }
  }
  return best
}

/** The number of letters that are added, left out, changed, or swapped with their neighbour. */
function editDistance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)]
  const cell = (i: number, j: number) => rows[i]?.[j] ?? 0
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= other.length; j += 1) {
      const change = cell(i - 1, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const swap = swapped ? cell(i - 2, j - 2) + 1 : change
      row[j] = Math.min(change, swap, cell(i - 1, j) + 1, (row[j - 1] ?? 0) + 1)
    }
  }
  return cell(one.length, other.length)
}
