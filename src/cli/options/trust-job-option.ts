import { Option } from 'commander'
import { AppError } from '../../contract/errors.ts'

/** Of run, doctor and verify. */
export const trustJobOption = (): Option =>
  new Option(
    '--trust-job',
    'with --job: you wrote its files, or have read them, and your secrets may go to the addresses in them; remembered',
  )

/** It answers for a job's files and for nothing else. */
export function checkTrustJob({ trustJob, job }: { trustJob?: boolean; job?: string }): void {
  if (trustJob !== true || job !== undefined) return
  throw new AppError('BAD_USAGE', '--trust-job goes with --job: a config that you name yourself is trusted anyway')
}
