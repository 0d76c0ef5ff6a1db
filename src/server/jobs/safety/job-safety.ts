import type { Safety } from '../../../contract/api/api-jobs.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import type { ShownSummary } from '../files/read-summary.ts'
import { blockedWrites, count, type LedgerView, unansweredReads, viewLedger } from './safety-ledger.ts'

type Check = Safety['checks'][number]

export interface SafetyInput {
  job: Beneath
  /** null if the job runs, or has been interrupted. */
  summary: ShownSummary | null
  /** The title of an item; null if it is not known. */
  titleOf(server: string, ratingKey: string): string | null
}

/**
 * What a job can prove. All numbers and lists come from the ledger, so that they cannot disagree. What was not checked
 * is `unchecked`, and never good.
 */
export async function describeSafety({ job, summary, titleOf }: SafetyInput): Promise<Safety> {
  const ledger = await viewLedger(job, summary)
  const { tally } = ledger
  const labelsOf = (server: string, key: string) => summary?.labelsBefore.get(`${server} ${key}`) ?? null
  const checks = summary ? checksOf(summary, ledger) : unendedChecks(ledger)
  const failed = checks.some(({ state }) => state === 'fail')
  const passed = checks.every(({ state }) => state === 'pass')
  const verification = summary?.verification ?? null
  return {
    overall: failed ? 'fail' : passed ? 'pass' : 'unchecked',
    checks,
    blockedWrites: tally ? blockedWrites(tally, { titleOf, labelsOf }) : [],
    refusedReads: tally ? unansweredReads(tally) : [],
    blockedCount: tally?.blocked.count ?? null,
    refusedCount: tally ? tally.failed.count + tally.refused.count : null,
    hosts:
      summary?.gate?.hosts.map(({ host, verdict, reason, count, bytes_up: up, bytes_down: down }) => ({
        host,
        allowed: verdict === 'pass',
        count,
        bytes: up + down,
        reason,
      })) ?? null,
    verification: verification && {
      unchanged: verification.unchanged === 'unknown' ? null : verification.unchanged,
      differences: verification.differences.map(
        ({ title, field, explanation }) => `${title}: ${field}: ${explanation}`,
      ),
    },
    ways: summary?.isolation?.ways?.map(({ closed, words }) => ({ closed, words })) ?? null,
    leftOut: summary?.config_changes ?? [],
  }
}

const titles: Record<Check['id'], string> = {
  writes: 'Nothing was written to Plex',
  ledger: 'The record of all requests is complete',
  reads: 'Kometa could read everything that it asked for',
  token: 'Plex lets nobody in without a token',
  hosts: 'Kometa reached no other machine of your network',
  fingerprint: 'Plex is as it was before',
}
const check = (id: Check['id'], state: Check['state'], detail: string): Check => ({
  id,
  state,
  title: titles[id],
  detail,
})

/** A job without an end proves nothing, but a write that was let through is certain. */
function unendedChecks(ledger: LedgerView): Check[] {
  const writes = writesCheck(ledger)
  const rest = (Object.keys(titles) as Check['id'][]).filter((id) => id !== 'writes')
  const words = (id: Check['id']) => (id === 'ledger' ? ledger.detail : 'The job has not ended, or was interrupted.')
  return [writes, ...rest.map((id) => check(id, 'unchecked', words(id)))]
}

function checksOf(summary: ShownSummary, ledger: LedgerView): Check[] {
  return [
    writesCheck(ledger),
    check('ledger', ledger.state, ledger.detail),
    readsCheck(ledger),
    tokenCheck(summary),
    hostsCheck(summary),
    fingerprintCheck(summary),
  ]
}

function writesCheck({ tally, state }: LedgerView): Check {
  if (!tally) return check('writes', 'unchecked', 'There is no record of the writes of this job.')
  const blocked = `${count(tally.blocked.count, 'write')} blocked`
  if (tally.forwarded.count > 0) {
    return check('writes', 'fail', `${blocked}, but ${count(tally.forwarded.count, 'write')} went through.`)
  }
  if (state === 'pass') return check('writes', 'pass', `${blocked}, none let through.`)
  if (state === 'fail')
    return check('writes', 'unchecked', `${blocked}; the record that would prove the rest is damaged.`)
  return check('writes', 'unchecked', `${blocked} so far, none let through.`)
}

/** Reads without the job's token come from other programs on this machine, so no badge is missing because of them. */
function readsCheck({ tally, state }: LedgerView): Check {
  if (!tally || state === 'unchecked')
    return check('reads', 'unchecked', 'There is no record of the reads of this job.')
  const { failed, refused, strangers } = tally
  const were = strangers === 1 ? 'was' : 'were'
  const others =
    strangers > 0 ? ` ${count(strangers, 'request')} of other programs on this machine ${were} refused.` : ''
  const lost = [
    ...(failed.count > 0 ? [`${count(failed.count, 'read')} failed`] : []),
    ...(refused.count > 0 ? [`${count(refused.count, 'read')} refused`] : []),
  ]
  if (lost.length > 0) return check('reads', 'fail', `${lost.join(', ')}: badges may be missing.${others}`)
  if (state === 'fail') return check('reads', 'unchecked', 'The record that would prove it is damaged.')
  return check('reads', 'pass', `No read of Kometa was refused or failed.${others}`)
}

function tokenCheck({ servers }: ShownSummary): Check {
  const open = servers.filter((server) => !server.token_is_barrier)
  if (servers.length === 0) return check('token', 'unchecked', 'No server was asked.')
  if (open.length === 0) return check('token', 'pass', 'A read without a token was refused.')
  const names = open.map(({ name }) => name).join(', ')
  return check(
    'token',
    'fail',
    `${names} answers this machine without a token ("allowed without auth" in Plex's settings).`,
  )
}

function hostsCheck({ gate, isolation }: ShownSummary): Check {
  if (!gate) return check('hosts', 'unchecked', 'This job did not watch where Kometa went.')
  const blocked = gate.hosts.filter(({ verdict }) => verdict === 'block')
  const reached = `${count(gate.hosts.length - blocked.length, 'public host')} reached, ${blocked.length} kept away.`
  // Without a network namespace, Kometa was asked to use the gate and not forced to.
  const way = isolation?.mode === 'namespace' ? 'It had no other way out.' : (isolation?.why ?? '')
  return check('hosts', 'pass', `${reached} ${way}`.trim())
}

function fingerprintCheck({ verification }: ShownSummary): Check {
  if (!verification) return check('fingerprint', 'unchecked', 'This job did not compare Plex before and after.')
  const { unchanged, why } = verification
  return check('fingerprint', unchanged === true ? 'pass' : unchanged === 'unknown' ? 'unchecked' : 'fail', why)
}
