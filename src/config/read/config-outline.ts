import { configCauses } from '../yaml/causes/config-causes.ts'
import type { YamlFiles } from '../yaml/yaml-files.ts'
import type { SourceFiles } from './read-source.ts'

/** Finds the places in a config that messages name. */
export interface ConfigOutline {
  /** What Kometa reads differently from what the author meant: one line each, with file and line. */
  misread: readonly string[]
  /** Says that a value is missing: `plex.token is empty (line 7 of /path/config.yml)`, or `is missing`. */
  lacks(path: readonly string[]): string
}

export async function readOutline(
  yaml: Pick<YamlFiles, 'placesOf'>,
  { read, fileOf }: Pick<SourceFiles, 'read' | 'fileOf'>,
): Promise<ConfigOutline> {
  const all = new Map(await Promise.all(read.map(async (path) => [path, await yaml.placesOf(path)] as const)))
  return {
    misread: [...all].flatMap(([path, places]) =>
      configCauses(places)
        .filter(({ isSure }) => isSure)
        .map(({ message, place }) => `${path}, line ${places.position(place.start).line}: ${message}`),
    ),
    lacks(path) {
      const file = fileOf(path)
      const places = all.get(file)
      const place = places?.find(path)
      const name = path.join('.')
      return places && place
        ? `${name} is empty (line ${places.position(place.start).line} of ${file})`
        : `${name} is missing`
    },
  }
}
