import { shareVariables } from '../../config/overlays/shared-variables.ts'
import type { JobLibrary } from '../../config/read/job-libraries.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import { get, isMap } from '../../config/yaml/yaml-value.ts'

/** Services with a quota or a rate limit: they would refuse two Kometas that ask at once. */
const rateLimitedSections = ['mdblist', 'omdb', 'anidb', 'mal'] as const

/**
 * Decides which libraries share a Kometa process. Each has one of its own, except that libraries on one Plex section,
 * and those that use a rate-limited service, run one after the other in one process, as in the user's own run.
 */
export function planRuns(config: JobConfig, mappingNames: readonly string[]): string[][] {
  const groups: JobLibrary[][] = []
  for (const library of config.libraries.filter(({ mappingName }) => mappingNames.includes(mappingName))) {
    const joined = groups.filter((group) => group.some((other) => belongTogether(config, library, other)))
    const [first, ...rest] = joined
    if (!first) {
      groups.push([library])
      continue
    }
    // A library that belongs to two groups makes them one.
    for (const group of rest) {
      first.push(...group)
      groups.splice(groups.indexOf(group), 1)
    }
    first.push(library)
  }
  const order = config.libraries.map(({ mappingName }) => mappingName)
  return groups.map((group) =>
    group.map(({ mappingName }) => mappingName).sort((a, b) => order.indexOf(a) - order.indexOf(b)),
  )
}

function belongTogether(config: JobConfig, one: JobLibrary, other: JobLibrary): boolean {
  const sameSection = one.serverIndex === other.serverIndex && one.libraryName === other.libraryName
  return sameSection || shareVariables(one, other) || (isRateLimited(config, one) && isRateLimited(config, other))
}

function isRateLimited({ document }: JobConfig, library: JobLibrary): boolean {
  return rateLimitedSections.some(
    (section) => isMap(get(document, section)) || isMap(get(library.data ?? undefined, section)),
  )
}
