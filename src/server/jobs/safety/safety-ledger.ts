import { maxSafetyRecords, type Safety } from '../../../contract/api/api-jobs.ts'
import { ledgerFiles } from '../../../proxy/ledger/ledger-files.ts'
import {
  createLedgerTally,
  type LedgerTally,
  type TalliedLine,
  tallyLedger,
  UnreadableLedger,
} from '../../../proxy/ledger/tally-ledger.ts'
import { verifyLedger } from '../../../proxy/ledger/verify-ledger.ts'
import { jobFolders } from '../../../run/job-folder/job-folder.ts'
import { writeWords } from '../../../run/summary/write-words.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { nullIfUnreadable } from '../files/job-files.ts'
import type { ShownSummary } from '../files/read-summary.ts'

/** What the ledger of a job says, and whether it is intact. */
export interface LedgerView {
  /** null if there is no ledger, or it cannot be read. */
  tally: LedgerTally | null
  state: Safety['overall']
  detail: string
}

/** Reads the ledger once, to check its chain and to count. Only the summary tells where the ledger should end. */
export async function viewLedger(job: Beneath, summary: ShownSummary | null): Promise<LedgerView> {
  if (summary?.ledger) return checkedLedger(job, summary.ledger, summary)
  if (summary) return { tally: null, state: 'unchecked', detail: 'This job kept no record of its requests.' }
  const unended = 'The job has not ended, or was interrupted.'
  const folder = job.folder(jobFolders.output)
  try {
    const files = ledgerFiles(folder)
    if (files.length === 0) return { tally: null, state: 'unchecked', detail: unended }
    const tally = await tallyLedger(folder, files, maxSafetyRecords)
    return { tally, state: 'unchecked', detail: `${unended} These counts are from its record so far.` }
  } catch (error) {
    // A crash has cut off the last line, or the folder is not there yet.
    if (error instanceof UnreadableLedger)
      return { tally: null, state: 'unchecked', detail: `${unended} ${error.message}.` }
    nullIfUnreadable(error)
    return { tally: null, state: 'unchecked', detail: unended }
  }
}

async function checkedLedger(
  job: Beneath,
  ledger: NonNullable<ShownSummary['ledger']>,
  { verification }: ShownSummary,
): Promise<LedgerView> {
  // Anybody may have written the summary, so only plain file names are followed.
  if (!ledger.files.every((name) => /^[\w.-]+$/.test(name))) {
    return { tally: null, state: 'fail', detail: 'The summary was changed.' }
  }
  const { tally, add } = createLedgerTally(maxSafetyRecords)
  const verdict = await verifyLedger(job.folder(jobFolders.output), ledger, add)
  if (!verdict.ok) return { tally, state: 'fail', detail: verdict.problem }
  if (verification && verification.blocked !== tally.blocked.count) {
    const said = `the summary says ${verification.blocked}`
    return { tally, state: 'fail', detail: `The ledger has ${count(tally.blocked.count, 'blocked write')}, ${said}.` }
  }
  const uncounted = ledger.uncounted_reads
  const more = uncounted > 0 ? ` ${count(uncounted, 'further read')} were only counted: there were too many.` : ''
  return { tally, state: 'pass', detail: `${count(verdict.count, 'request')}, each chained to the one before.${more}` }
}

/** What is known about the items of all servers. */
export interface KnownOfServers {
  titleOf(server: string, ratingKey: string): string | null
  labelsOf(server: string, ratingKey: string): readonly string[] | null
}

/** The blocked writes, in words. */
export function blockedWrites(tally: LedgerTally, known: KnownOfServers): Safety['blockedWrites'] {
  return tally.blocked.first.map((line) => {
    const { path, query } = splitTarget(line)
    const { method, server } = line
    const words = writeWords(
      { method, path, query },
      { titleOf: (key) => known.titleOf(server, key), labelsOf: (key) => known.labelsOf(server, key) },
    )
    const kept = line.outcome === 'failed' || line.status >= 400 ? ` (not kept: ${line.reason})` : ''
    return { words: words + kept, method, path, bytes: line.bytes }
  })
}

export function unansweredReads({ failed, refused }: LedgerTally): Safety['refusedReads'] {
  const rows = (lines: readonly TalliedLine[], outcome: 'failed' | 'refused') =>
    lines.map((line) => ({ method: line.method, path: splitTarget(line).path, ...answerOf(line), outcome }))
  return [...rows(failed.first, 'failed'), ...rows(refused.first, 'refused')].slice(0, maxSafetyRecords)
}

const answerOf = ({ status, reason }: TalliedLine) => ({ status, reason })

function splitTarget({ target }: TalliedLine): { path: string; query: string } {
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  return { path, query }
}

export const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
