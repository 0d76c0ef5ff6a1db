import type { GateRules } from '../gate/judge-host.ts'
import type { JobLog } from '../util/job-log.ts'
import type { JobGuard } from './around-kometa/guard.ts'
import type { CheckedInput } from './inputs/check-input.ts'
import type { JobFolder } from './job-folder/job-folder.ts'
import type { Phases } from './phases.ts'
import type { BeforePictures } from './pictures/before-pictures.ts'
import type { OpenRecords } from './records/open-records.ts'
import type { JobVerification } from './verify/verification.ts'

/** A job that has a folder of its own and may start Kometa. */
export interface Job {
  input: CheckedInput
  phases: Phases
  folder: JobFolder
  log: JobLog
  guard: JobGuard
  records: OpenRecords
  gateRules: GateRules
  beforePictures: BeforePictures
  verification: JobVerification
}
