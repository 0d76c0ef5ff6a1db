import { libraryKeys, overlayEntryKeys, topLevelKeys } from '../../run-config/key-table.ts'
import type { Place, Places } from '../yaml-places.ts'
import type { Misreading } from './misreading.ts'
import { gluedDashWords, missingBlank } from './syntax-causes.ts'
import { unknownKeys } from './unknown-keys.ts'

/** Keys that may end up at the top level by mistake, and where they belong. */
const homes: Readonly<Record<string, string>> = {
  overlay_files: 'a library',
  overlay_path: 'a library',
  url: '"plex"',
  token: '"plex"',
  apikey: '"tmdb"',
}

/** The parts of a config that are valid YAML and not what Kometa wants, in the order of the lines. */
export function configCauses(places: Places): Misreading[] {
  const own = places.all.flatMap((place): Misreading[] => {
    const message = wrongShape(places, place)
    return message === null ? [] : [{ message, place, isSure: true }]
  })
  const told = new Set(own.map(({ place }) => place))
  const others = [...unknownKeys(places), ...lostColours(places)].filter(({ place }) => !told.has(place))
  return [...own, ...others].sort((one, other) => one.place.start - other.place.start)
}

/** The same for an overlay file. Not all keys of such a file are known. */
export function overlayFileCauses(places: Places): Misreading[] {
  const dashes = places.all.flatMap((place): Misreading[] => {
    const name = gluedName(place)
    return name === null ? [] : [{ message: gluedDashWords(name), place, isSure: true }]
  })
  return [...dashes, ...lostColours(places)].sort((one, other) => one.place.start - other.place.start)
}

const gluedName = ({ path }: Place): string | null => /^-([A-Za-z_]\w*)$/.exec(path.at(-1) ?? '')?.[1] ?? null

function wrongShape(places: Places, place: Place): string | null {
  const glued = gluedName(place)
  if (glued !== null) return gluedDashWords(glued)
  const [section, library, key] = place.path
  if (section !== 'libraries') {
    const home = place.path.length === 1 && section !== undefined ? homes[section] : undefined
    return home === undefined ? null : `"${section}" is at the top level and belongs below ${home}: indent it`
  }
  if (library === undefined)
    return place.isList ? 'there is a list below "libraries", where Kometa wants names: remove its dashes' : null
  if (places.find(['libraries'])?.isList) return null
  if (key === 'overlay_files' && place.scalar?.text.startsWith('-'))
    return `${missingBlank}; without it this is not a list`
  if (place.path.length === 2) return wrongLibrary(places, place, library)
  return null
}

function wrongLibrary(places: Places, place: Place, name: string): string | null {
  if (Object.hasOwn(libraryKeys, name) && !Object.hasOwn(topLevelKeys, name))
    return `"${name}" is beside the libraries and belongs below one: indent it further`
  if (place.isList) {
    const start = `there is a list below the library "${name}", where Kometa wants keys`
    const keys = places.all.flatMap(({ path }) => (path.length === 4 && path[1] === name ? [path[3] ?? ''] : []))
    const isLibrary = keys.some((key) => Object.hasOwn(libraryKeys, key) && !Object.hasOwn(overlayEntryKeys, key))
    return isLibrary ? `${start}: remove its dashes` : `${start}: put "overlay_files:" above it`
  }
  if (place.scalar && place.scalar.text !== '')
    return `the library "${name}" has a value, where Kometa wants keys such as "overlay_files:" below it`
  return null
}

/** Colours that are empty because their "#" begins a comment. */
function lostColours(places: Places): Misreading[] {
  return places.all.flatMap((place): Misreading[] => {
    const key = place.path.at(-1) ?? ''
    if (!/(?:^|_)colou?r$/.test(key) || place.scalar?.text !== '') return []
    const colour = /^\s*:\s+(#[\dA-Fa-f]{3,8})\s*$/.exec(places.restOfLine(place.end))?.[1]
    if (colour === undefined) return []
    const message = `${key} is empty, since its unquoted "#" begins a comment: write '${colour}' in quotes`
    return [{ message, place, isSure: true }]
  })
}
