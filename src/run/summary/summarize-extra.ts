import type { Capture } from '../../contract/records.ts'
import type { Summary } from '../../contract/summary.ts'
import type { ItemResult } from '../../kometa/log/read/log-events.ts'
import type { JobScopeReport } from '../around-kometa/start-proxies.ts'
import type { JobTarget } from '../targets/job-target.ts'

interface Around {
  targets: readonly JobTarget[]
  scopes: readonly JobScopeReport[]
}

/** A capture of an item that is no target: why Kometa drew it, and with which definitions. */
export function summarizeExtra(
  capture: Capture,
  around: Around,
  drawn: ItemResult | undefined,
): Summary['extras'][number] {
  const { rating_key, saved_path } = capture
  const definitions = drawn?.overlays.map(({ name }) => name) ?? []
  return { rating_key, saved_path, reason: reasonOf(capture, around, definitions), definitions }
}

function reasonOf(
  { rating_key, server }: Capture,
  { targets, scopes }: Around,
  definitions: readonly string[],
): string {
  const key = rating_key ?? ''
  const child = targets.find((target) => target.server === server && target.ancestors.includes(key))
  if (child) return `above the target ${child.id}`
  const scope = scopes.find((one) => one.server === server)
  if (!scope) return 'not a target'
  if (scope.decoys.some((decoy) => decoy.ratingKey === key)) {
    return 'decoy: shown to Kometa so that a search with results has one'
  }
  // Tautulli lists, pilots and id builders name items by ratingKey, so Kometa asks for no listing.
  return definitions.length === 0 ? 'outside scope' : `outside scope: drawn by ${definitions.join(', ')}`
}
