import { AppError } from '../../contract/errors.ts'
import type { ItemType } from '../../contract/kinds.ts'
import type { PlexReader } from '../items/reads.ts'
import type { PlexSection } from '../upstream/server-answers.ts'

/** One Plex server in the config. */
export interface TargetServer {
  /** The job's name for this server and token; `TargetLibrary.server` refers to it. */
  key: string
  machineIdentifier: string
  name: string
  reader: PlexReader
}

/** One library in the config and its Plex section. */
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

/** The item types that users name by title, per type of section. */
const titledTypes: Readonly<Record<string, readonly ItemType[]>> = {
  movie: ['movie'],
  show: ['show'],
  artist: ['artist', 'album'],
}
export const typesOfSection = (sectionType: string): readonly ItemType[] => titledTypes[sectionType] ?? []

/**
 * The first section with exactly this name, as Kometa looks it up (plex.py:782-792): case and blanks matter.
 * LIBRARY_UNKNOWN with the existing names; PLEX_TOKEN_REFUSED for a token that Kometa would call read only.
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
 * The libraries that `--library NAME` selects: first by exact mapping name, then by exact Plex name, then by either
 * name without regard to case. LIBRARY_UNKNOWN when none matches.
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
