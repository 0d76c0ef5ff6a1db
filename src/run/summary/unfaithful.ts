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
  /** A service was not there: Kometa may also fail at an item for it, in words that do not name it. */
  lacksService: boolean
  /** Whether it may change the picture of this item of the run. */
  concerns(item: ItemResult): boolean
}

/**
 * What keeps pictures of a preview from being those of a real run, in words: a definition with a `limit` (Kometa counts what it finds,
 * and it finds the targets only), a search in random order, and a service that a preview cannot use and overlays need.
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

/** Only what overlays of this library need: Kometa's template names every service. */
function withoutService(config: JobConfig, failed: readonly FailedService[], run: LibraryRun): Unfaithful[] {
  return failed.flatMap(({ name, reason, asksForLogin }) => {
    const need = serviceNeed(name, run)
    if (!need) return []
    const { label, dropped, texts } = need
    const words = `NOT PREVIEWED: overlays of "${run.library.mapping}" that need ${label}: ${cause(config, label, { reason, asksForLogin })}`
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
