import type { GateRules } from '../../gate/judge-host.ts'
import { createCaptureStore } from '../../proxy/capture/store.ts'
import type { CaptureStore } from '../../proxy/capture/types.ts'
import { createLedger, type Ledger } from '../../proxy/ledger/ledger.ts'
import type { JobLog } from '../../util/job-log.ts'
import { createOutsideLookup } from '../around-kometa/outside-hosts.ts'
import type { CheckedInput } from '../inputs/check-input.ts'
import { limitsOf } from '../inputs/limits-of.ts'
import { type JobFolder, jobFolders } from '../job-folder/job-folder.ts'
import { createJobRecorder, type JobRecorder } from './job-recorder.ts'

/** Where a job keeps what its proxies see. */
export interface OpenRecords extends Disposable {
  ledger: Ledger
  recorder: JobRecorder
  captures: CaptureStore
}

export function openRecords(
  { request, redactor, chosen }: CheckedInput,
  { files }: JobFolder,
  gateRules: GateRules,
  log: JobLog,
): OpenRecords {
  const { preview } = request.config
  const resolve = createOutsideLookup(gateRules)
  const captures = createCaptureStore({ job: files, resolve, limits: limitsOf(preview.timeouts).captures })
  const ledger = createLedger(files.folder(jobFolders.output))
  const recorder = createJobRecorder({
    ...{ log, ledger, redactor },
    onCapture(capture) {
      const { rating_key, server } = capture
      const target = chosen.targets.find((one) => one.ratingKey === rating_key && one.server === server)
      request.onEvent({ type: 'capture', capture, targetId: target?.id ?? null })
    },
  })
  return { ledger, recorder, captures, [Symbol.dispose]: () => ledger[Symbol.dispose]() }
}
