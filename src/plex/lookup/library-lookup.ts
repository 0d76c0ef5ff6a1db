import { AppError } from '../../contract/errors.ts'
import type { ItemType } from '../../contract/kinds.ts'
import type { PlexReader } from '../items/reads.ts'
import type { PlexSection } from '../upstream/server-answers.ts'

/** One Plex server of the config. */
export interface TargetServer {
  /** How the job names this server and token; `TargetLibrary.server` refers to it. */
  key: string
  machineIdentifier: string
  name: string
  reader: PlexReader
}

/** One library of the config and the Plex section behind it. */
export interface TargetLibrary {
  /** The key under `libraries:`. */
  mappingName: string
  /** Plex's own name of the section. */
  libraryName: string
  sectionId: string
  /** movie, show or artist. */
  sectionType: string
  /** `TargetServer.key`. */
  server: string
}

/** The item types that a person names by their title, per kind of section. */
const titledTypes: Readonly<Record<string, readonly ItemType[]>> = {
  movie: ['movie'],
  show: ['show'],
  artist: ['artist', 'album'],
}
export const typesOfSection = (sectionType: string): readonly ItemType[] => titledTypes[sectionType] ?? []

/**
 * The section with exactly this name, as Kometa looks it up (plex.py:782-792: the first one, case and blanks count).
 * LIBRARY_UNKNOWN with the names that there are; PLEX_TOKEN_REFUSED for a token that Kometa would call read only.
 */
export function findSection(sections: readonly PlexSection[], libraryName: string, serverName: string): PlexSection {
  const found = sections.find((section) => section.title === libraryName)
  if (!found) {
    const close = sections.find((section) => section.title.trim().toLowerCase() === libraryName.trim().toLowerCase())
    throw new AppError('LIBRARY_UNKNOWN', `Plex server "${serverName}" has no library "${libraryName}"`, {
      hint: close
        ? `Kometa needs the name exactly as Plex has it: "${close.title}".`
        : `Its libraries: ${sections.map((section) => section.title).join(', ') || 'none that this token may see'}.`,
    })
  }
  if (typesOfSection(found.type).length === 0) {
    throw new AppError('LIBRARY_UNKNOWN', `the library "${libraryName}" is a ${found.type} library`, {
      hint: 'Kometa takes movie, show and music libraries.',
    })
  }
  if (found.allowSync === false) {
    throw new AppError(
      'PLEX_TOKEN_REFUSED',
      `the token may only read the library "${libraryName}": Kometa refuses it`,
      {
        hint: 'Use a token of the owner of the server in plex.token.',
      },
    )
  }
  return found
}

/**
 * The libraries that `--library NAME` leaves: those whose mapping name is NAME, or else whose Plex name is.
 * LIBRARY_UNKNOWN when none is.
 */
export function narrowLibraries(libraries: readonly TargetLibrary[], name: string | undefined): TargetLibrary[] {
  if (name === undefined) return [...libraries]
  const fold = (text: string): string => text.normalize('NFC').trim().toLowerCase()
  const tests: ((library: TargetLibrary) => boolean)[] = [
    (library) => library.mappingName === name,
    (library) => library.libraryName === name,
    (library) => fold(library.mappingName) === fold(name) || fold(library.libraryName) === fold(name),
  ]
  for (const test of tests) {
    const left = libraries.filter(test)
    if (left.length > 0) return left
  }
  throw new AppError('LIBRARY_UNKNOWN', `no library "${name}" with overlays in the config`, {
    hint: `Libraries with overlays: ${libraries.map((library) => library.mappingName).join(', ') || 'none'}.`,
  })
}
