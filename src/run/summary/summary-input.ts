import type { Capture } from '../../contract/records.ts'
import type { Summary } from '../../contract/summary.ts'
import type { Verification } from '../../contract/verification.ts'
import type { LedgerHead } from '../../proxy/ledger/ledger.ts'
import type { Job } from '../job.ts'
import type { TargetOutput } from '../pictures/export-outputs.ts'
import type { Drawn } from './drawn.ts'
import type { DescribedFaults } from './faults/describe-faults.ts'
import type { QueuePlaces } from './queue-places.ts'

/** Everything that a summary is made from. */
export interface SummaryInput {
  job: Job
  drawn: Drawn
  outputs: readonly TargetOutput[]
  captures: readonly Capture[]
  /** What Kometa left out of the config. */
  described: DescribedFaults
  queuePlaces: QueuePlaces
  isolation: Summary['isolation']
  ledger: LedgerHead
  verification: Verification
  warnings: readonly string[]
  durationsMs: Record<string, number>
}
