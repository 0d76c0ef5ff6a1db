import { maxSafetyRecords, type Safety } from '../../contract/api-jobs.ts'
import { verifyLedger } from '../../proxy/verify-ledger.ts'
import { jobFolders } from '../../run/job-folder.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import type { ShownSummary } from './read-summary.ts'

type Check = Safety['checks'][number]

/** What a job can prove, from its summary and its ledger. What nobody looked at is `unchecked`, never good. */
export async function describeSafety(job: Beneath, summary: ShownSummary | null): Promise<Safety> {
  const checks = summary ? await checksOf(job, summary) : uncheckedAll
  const failed = checks.some(({ state }) => state === 'fail')
  const passed = checks.every(({ state }) => state === 'pass')
  const verification = summary?.verification ?? null
  return {
    overall: failed ? 'fail' : passed ? 'pass' : 'unchecked',
    checks,
    blockedWrites: summary?.blocked_write_attempts.slice(0, maxSafetyRecords) ?? [],
    refusedReads: summary?.refused_reads.slice(0, maxSafetyRecords) ?? [],
    blockedCount: summary?.blocked_write_attempts.length ?? 0,
    refusedCount: summary?.refused_reads.length ?? 0,
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
  ledger: 'The record of all requests is whole',
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

const uncheckedAll: Check[] = (Object.keys(titles) as Check['id'][]).map((id) =>
  check(id, 'unchecked', 'The job did not come to its end.'),
)

async function checksOf(job: Beneath, summary: ShownSummary): Promise<Check[]> {
  const ledger = await ledgerCheck(job, summary)
  return [
    writesCheck(summary, ledger),
    ledger,
    readsCheck(summary),
    tokenCheck(summary),
    hostsCheck(summary),
    fingerprintCheck(summary),
  ]
}

function writesCheck({ blocked_write_attempts: attempts, verification }: ShownSummary, ledger: Check): Check {
  const blocked = `${count(attempts.length, 'write')} blocked`
  const forwarded = verification?.writes_forwarded ?? 0
  if (forwarded > 0) return check('writes', 'fail', `${blocked}, but ${count(forwarded, 'write')} went through.`)
  if (ledger.state === 'pass') return check('writes', 'pass', `${blocked}, none let through.`)
  return check('writes', 'unchecked', `${blocked}; the record that would prove the rest is not whole.`)
}

async function ledgerCheck(job: Beneath, { ledger }: ShownSummary): Promise<Check> {
  if (!ledger) return check('ledger', 'unchecked', 'This job kept no record of its requests.')
  const { uncounted_reads: uncountedReads, ...head } = ledger
  // Only plain names: what a summary says is no way to other files.
  if (!head.files.every((name) => /^[\w.-]+$/.test(name))) return check('ledger', 'fail', 'The summary was changed.')
  const verdict = await verifyLedger(job.folder(jobFolders.output), { ...head, uncounted_reads: uncountedReads })
  if (!verdict.ok) return check('ledger', 'fail', verdict.problem)
  return check('ledger', 'pass', `${count(verdict.count, 'request')}, each chained to the one before.`)
}

function readsCheck({ refused_reads: refused }: ShownSummary): Check {
  if (refused.length === 0) return check('reads', 'pass', 'No read was refused or failed.')
  return check('reads', 'fail', `${count(refused.length, 'read')} did not go through: badges may be missing.`)
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
  // Without a network of its own Kometa was asked to go through the gate, and not made to.
  const way = isolation?.mode === 'namespace' ? 'It had no other way out.' : (isolation?.why ?? '')
  return check('hosts', 'pass', `${reached} ${way}`.trim())
}

function fingerprintCheck({ verification }: ShownSummary): Check {
  if (!verification) return check('fingerprint', 'unchecked', 'This job did not compare Plex before and after.')
  const { unchanged, why } = verification
  return check('fingerprint', unchanged === true ? 'pass' : unchanged === 'unknown' ? 'unchecked' : 'fail', why)
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
