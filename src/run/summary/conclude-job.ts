import type { Summary } from '../../contract/summary.ts'
import { messageOf } from '../../util/unknown-error.ts'
import { visibleJson } from '../../util/visible.ts'
import type { Job } from '../job.ts'
import { checksumsPath, summaryPath, writeChecksums } from '../job-folder/checksums.ts'
import { exportOutputs } from '../pictures/export-outputs.ts'
import { scrub } from '../records/job-recorder.ts'
import type { Drawn } from './drawn.ts'
import { describeFaults } from './faults/describe-faults.ts'
import { withoutTold } from './faults/told-before.ts'
import { readQueuePlaces } from './queue-places.ts'
import { buildSummary } from './summary.ts'

/** Maps the captures to the targets, judges the job, and writes its summary and the checksums of its files. */
export async function concludeJob(job: Job, drawn: Drawn): Promise<Summary> {
  const { input, folder, phases, guard, verification, records, beforePictures, log } = job
  const { request, redactor } = input
  const { config, renderer } = request
  phases.enter('results')
  const captures = records.captures.list().map((capture) => scrub(capture, redactor))
  const outputs = await exportOutputs(input.chosen.targets, { captures, beforePictures }, folder)
  const kometaRecords = drawn.kometa.map(({ record }) => record)
  const described = await describeFaults(config, renderer.dir, kometaRecords, drawn.outside.refusals)
  records.ledger.flush()
  const ledger = records.ledger.head()
  const { isolation, noOtherWay } = guard.conclude()
  const { blocked } = records.recorder.records
  const verified = await verification.conclude(ledger.files, blocked, { noOtherWay })
  const warnings = [...input.warnings, ...beforePictures.notes(), ...drawn.warnings]
  const summary = buildSummary({
    ...{ job, drawn, outputs, captures, described, isolation, ledger, verification: verified },
    queuePlaces: await readQueuePlaces(config, renderer.dir, kometaRecords),
    warnings: withoutTold(warnings, described.told),
    durationsMs: { ...phases.durationsMs(), ...verification.durations() },
  })
  await folder.files.write(summaryPath, `${visibleJson(summary, 2)}\n`)
  await writeChecksums(folder.files, summary).catch((error: unknown) => {
    // The summary is on disk, so a disk that is full by now costs only the list of checksums.
    log.warning(`${checksumsPath} could not be written: ${messageOf(error)}`)
  })
  request.onEvent({ type: 'end', summary })
  return summary
}
