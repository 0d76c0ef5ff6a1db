import { Option } from 'commander'
import { AppError } from '../../contract/errors.ts'

/** `--trust-job`, for run, doctor and verify. */
export const trustJobOption = (): Option =>
  new Option(
    '--trust-job',
    'with --job: you wrote or have read its files, and your secrets may be sent to the addresses in them; this is remembered',
  )

/** --trust-job is about the files of a job folder, so it needs --job. */
export function checkTrustJob({ trustJob, job }: { trustJob?: boolean; job?: string }): void {
  if (trustJob !== true || job !== undefined) return
  throw new AppError('BAD_USAGE', '--trust-job needs --job: a config that you name yourself is trusted anyway')
}
