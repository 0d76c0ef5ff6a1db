import type { JobConfig } from '../../config/read/user-config.ts'
import { get, isMap } from '../../config/yaml/yaml-value.ts'
import type { KometaOutcome } from '../log/outcome/kometa-outcome.ts'

/** What this version of Kometa does differently with this config than earlier versions did. */
export function versionNotes(version: string | null, { document }: Pick<JobConfig, 'document'>): string[] {
  if (version === null || !isAtLeast(version, [2, 5])) return []
  if (!isMap(get(document, 'trakt'))) return []
  return [
    `Kometa ${version} no longer supports Trakt: ` +
      'the section "trakt" does nothing, and an overlay that asks Trakt fails',
  ]
}

/** Compares by number: 2.10 is newer than 2.9. */
export function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const numbers = (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number)
  for (const [at, number] of wanted.entries()) {
    const own = numbers[at] ?? 0
    if (own !== number) return own > number
  }
  return true
}

/**
 * Notes for libraries that Kometa drew with several workers: the lines of its log do not follow one item after the
 * other.
 */
export const mixedNotes = ({ runs }: Pick<KometaOutcome, 'runs'>): string[] =>
  runs
    .filter(({ mixed }) => mixed)
    .map(
      ({ library }) =>
        `Kometa drew several items of "${library.mapping}" at once: ` +
        'its log does not tell which overlays each of them got',
    )
