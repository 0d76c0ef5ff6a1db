import type { Summary } from '../contract/summary.ts'
import { guardKometa } from './around-kometa/guard.ts'
import { createJobTrust } from './around-kometa/job-trust.ts'
import { gateRulesOf, startGateOf } from './around-kometa/start-gate.ts'
import { startProxies } from './around-kometa/start-proxies.ts'
import { type CheckedInput, checkInput } from './inputs/check-input.ts'
import { inUserWords } from './inputs/error-words.ts'
import type { JobRequest } from './inputs/request.ts'
import type { Job } from './job.ts'
import { clearEarlierRuns } from './job-folder/clear-earlier-runs.ts'
import { openJobLog, takeJobFolder } from './job-folder/take-job-folder.ts'
import { runKometas } from './kometas/run-kometas.ts'
import { createPhases, type Phases } from './phases.ts'
import { createBeforePictures } from './pictures/before-pictures.ts'
import { openRecords } from './records/open-records.ts'
import { untilSettled } from './resources.ts'
import { rememberedFor } from './reuse/remembered.ts'
import { concludeJob } from './summary/conclude-job.ts'
import { type Drawn, drawnBy, endWays, lookBack, nothingDrawn } from './summary/drawn.ts'
import { createVerification } from './verify/verification.ts'

/**
 * Runs one job, from its config to its summary on disk. Bad input throws an AppError before anything is started: the
 * job has no process and no folder by then. Once Kometa has started, every end of the job, a cancelled one too, has a
 * summary.
 */
export async function runJob(request: JobRequest): Promise<Summary> {
  const phases = createPhases(request)
  phases.enter('check')
  await using input = await checkInput(request)
  try {
    return await runChecked(input, phases)
  } catch (error) {
    throw inUserWords(error, input.redactor, { hasStarted: phases.haveBegun() })
  }
}

async function runChecked(input: CheckedInput, phases: Phases): Promise<Summary> {
  const { request } = input
  await using folder = await takeJobFolder(request.jobDir, request.dataDir)
  using log = openJobLog(folder, input)
  await using guard = await guardKometa(input, log)
  await clearEarlierRuns(input, folder, guard, log)
  const gateRules = await gateRulesOf(request.config)
  using records = openRecords(input, folder, gateRules, log)
  const beforePictures = createBeforePictures(input, folder)
  const verification = await createVerification(input, folder, beforePictures)
  const job: Job = { input, phases, folder, log, guard, gateRules, records, beforePictures, verification }
  const drawn = await draw(job)
  return await concludeJob(job, drawn)
}

/**
 * Runs the Kometas of a job. If one of them has drawn something, or the job is cancelled, errors are part of the
 * result.
 */
async function draw(job: Job): Promise<Drawn> {
  const { request } = job.input
  let drawn = nothingDrawn
  try {
    job.phases.enter('before')
    // All that Kometa needs is made while the before pictures come.
    const before = fetchBefore(job)
    await using _before = untilSettled(before)
    const trust = createJobTrust(job)
    await using _trust = untilSettled(trust)
    await using remembered = await rememberedFor(request.remembered, request.dataDir)
    const loopback = await job.guard.runner.loopback()
    await using proxies = await startProxies(job, { remembered, loopback })
    await using gate = await startGateOf(job, { proxies, trust, loopback })
    const ran = await runKometas(job, { before, trust, proxies, gate })
    drawn = drawnBy(ran)
    drawn = await endWays(drawn, { proxies, gate })
    drawn = await lookBack(job, drawn, proxies)
  } catch (error) {
    drawn = { ...drawn, failures: [...drawn.failures, error] }
  }
  const nothingToTell = drawn.kometa.length === 0 && !request.signal.aborted
  if (nothingToTell && drawn.failures.length > 0) throw drawn.failures[0]
  return drawn
}

/** Fetches the before pictures. Then Plex is asked what it holds, while Kometa, which takes longer, starts. */
async function fetchBefore({ beforePictures, phases, verification }: Job): Promise<void> {
  await beforePictures.fetch()
  phases.enter('workspace')
  verification.before()
}
