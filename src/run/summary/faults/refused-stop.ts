import { explainedHosts, isUnreachable } from '../../../kometa/log/outcome/explain-stop.ts'
import type { Critical, KometaOutcome } from '../../../kometa/log/outcome/kometa-outcome.ts'
import type { Refusal } from '../../around-kometa/gate-log.ts'
import { kometaTries, requestWords } from './refused-words.ts'

/** The same record. If Kometa stopped because of a refused request, its last words say so. */
export function withRefusals(record: KometaOutcome, refusals: readonly Refusal[]): KometaOutcome {
  if (refusals.length === 0 || record.criticals.length === 0) return record
  return { ...record, criticals: record.criticals.map((one) => ({ ...one, refused: refusedStop(one, refusals) })) }
}

/** Kometa names at most a service, and stops at the first answer that it cannot do without. */
function refusedStop(critical: Critical, refusals: readonly Refusal[]): string | null {
  const hosts = explainedHosts(critical)
  const ofService = refusals.findLast(({ host }) => hosts.includes(host))
  if (ofService) return requestWords(ofService, refusals)
  const last = refusals.at(-1)
  if (!last || !isUnreachable(critical.text)) return null
  const tries = refusals.filter(({ host, port }) => host === last.host && port === last.port).length
  return tries >= kometaTries ? requestWords(last, refusals) : null
}
