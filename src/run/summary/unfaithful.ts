import { findDefinitionFile } from '../../config/overlays/definition-file.ts'
import { expiredSince, isTokenService } from '../../config/read/environment/expired-tokens.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import type { LibraryRun } from '../../kometa/log/outcome/kometa-outcome.ts'
import { serviceNeed } from '../../kometa/log/outcome/needed-services.ts'
import type { FailedService, ItemResult } from '../../kometa/log/read/log-events.ts'
import type { JobScopeReport } from '../around-kometa/start-proxies.ts'
import type { KometaRun } from '../kometas/kometa-run.ts'

/** Something that a preview cannot show as a real run draws it. */
export interface Unfaithful {
  run: LibraryRun
  words: string
  /** A service was not available. Kometa may fail at an item for that reason, without naming the service. */
  lacksService: boolean
  /** Whether it may change the picture of this item. */
  concerns(item: ItemResult): boolean
}

/**
 * Why pictures of a preview may differ from those of a real run, in words: a definition has a `limit` (Kometa counts
 * what it finds, and it finds only the targets), a search is in random order, or overlays need a service that is not
 * available.
 */
export async function findUnfaithful(
  config: JobConfig,
  kometaDir: string | null,
  runs: readonly KometaRun[],
  scopes: readonly JobScopeReport[],
): Promise<Unfaithful[]> {
  const found: Unfaithful[] = []
  for (const { record } of runs) {
    for (const run of record.runs) {
      if (scopes.length > 0) found.push(...(await narrowed(config, kometaDir, run)))
      found.push(...withoutService(config, record.failedServices, run))
    }
  }
  return found
}

async function narrowed(config: JobConfig, kometaDir: string | null, run: LibraryRun): Promise<Unfaithful[]> {
  const { mapping } = run.library
  const told = async (names: readonly string[], what: string): Promise<Unfaithful[]> =>
    Promise.all(
      [...new Set(names)].map(async (name) => {
        const file = await findDefinitionFile(config, mapping, name, kometaDir)
        const words = `"${name}" in ${file === null ? mapping : `${file} (${mapping})`} ${what}`
        const concerns = ({ overlays }: ItemResult) => overlays.some((one) => one.name === name)
        return { run, words, lacksService: false, concerns }
      }),
    )
  return [
    ...(await told(run.limited, 'has a limit: a preview cannot tell which items a full run would draw it on')),
    ...(await told(run.random, 'sorts at random: each run may draw it on other items')),
  ]
}

/** Services that overlays of this library need. Kometa's template config names every service. */
function withoutService(config: JobConfig, failed: readonly FailedService[], run: LibraryRun): Unfaithful[] {
  return failed.flatMap(({ name, reason, asksForLogin }) => {
    const need = serviceNeed(name, run)
    if (!need) return []
    const { label, dropped, texts } = need
    const why = cause(config, label, { reason, asksForLogin })
    const words = `NOT PREVIEWED: overlays of "${run.library.mapping}" that need ${label}: ${why}`
    const concerns = ({ overlays }: ItemResult) =>
      dropped.length > 0 || overlays.some(({ full }) => texts.includes(full))
    return [{ run, words, lacksService: true, concerns }]
  })
}

function cause(
  config: JobConfig,
  label: string,
  { reason, asksForLogin }: Pick<FailedService, 'reason' | 'asksForLogin'>,
): string {
  if (!isTokenService(label)) return reason ?? 'Kometa could not reach it'
  const since = expiredSince(config, label, new Date())
  const renew =
    'a real run renews it, which can be done only once, so that a preview must not. Run Kometa once, then preview again'
  if (since) return `the token of your config has expired (${since.toISOString().slice(0, 10)}); ${renew}`
  if (reason !== null && !asksForLogin) return reason
  return `it refused the token of your config; ${renew}`
}
