import { resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { type PastSummary, pastSummarySchema, unknownParts } from '../../contract/past-summary.ts'
import type { VerifyCheck, VerifyReport } from '../../contract/verification.ts'
import { tallyLedger, UnreadableLedger } from '../../proxy/ledger/tally-ledger.ts'
import { verifyLedger } from '../../proxy/ledger/verify-ledger.ts'
import { type Beneath, isUnsafePath, openBeneath } from '../../util/beneath/beneath.ts'
import { messageOf } from '../../util/unknown-error.ts'
import { summaryPath } from '../job-folder/checksums.ts'
import { jobFolders, maxSummaryBytes } from '../job-folder/job-folder.ts'
import { checkLive, type LiveOptions } from './verify-live.ts'
import { checkOutputs } from './verify-outputs.ts'

/**
 * Checks an old job against itself and against Plex: the ledger's chain, its writes, the hashes of all outputs, what
 * the job itself found, and Plex as it is now. JOB_NOT_FOUND if there is no summary.
 */
export async function verifyJob(
  dir: string,
  live: LiveOptions,
  onCheck: (check: VerifyCheck) => void = () => undefined,
): Promise<VerifyReport> {
  const jobDir = resolve(dir)
  const checks: VerifyCheck[] = []
  const add = (id: VerifyCheck['id'], status: VerifyCheck['status'], detail: string) => {
    const check = { id, status, detail }
    checks.push(check)
    onCheck(check)
  }
  const files = openJob(jobDir)
  const summary = await readSummary(files)
  if (typeof summary === 'string') add('summary', 'problem', summary)
  else {
    const { count, problems, summaryProblem } = await checkOutputs(files, summary)
    if (summaryProblem === null) add('summary', 'ok', `${summary.status}, of ${summary.timestamp}`)
    else add('summary', 'problem', summaryProblem)
    const unknown = unknownParts(summary)
    if (unknown.length > 0)
      add('summary', 'unknown', `an earlier version wrote it, which did not write down ${unknown.join(', ')}`)
    await checkLedger(files, summary, add)
    if (problems.length === 0) add('outputs', 'ok', `${count} files are what the summary says`)
    for (const problem of problems) add('outputs', 'problem', problem)
    certificate(summary, add)
    const { status, lines } = await checkLive(files, summary, live)
    for (const line of lines) add('live', status, line)
  }
  return { job: jobDir, ok: checks.every(({ status }) => status !== 'problem'), checks }
}

type Add = (id: VerifyCheck['id'], status: VerifyCheck['status'], detail: string) => void

function openJob(jobDir: string): Beneath {
  try {
    return openBeneath(jobDir)
  } catch (cause) {
    throw noFinishedJob(jobDir, cause)
  }
}

const noFinishedJob = (jobDir: string, cause: unknown) =>
  new AppError('JOB_NOT_FOUND', `there is no finished job in ${jobDir}: ${summaryPath} cannot be read`, {
    hint: 'Name the job folder that the last line of run told.',
    cause,
  })

async function readSummary(files: Beneath): Promise<PastSummary | string> {
  const text = await files.read(summaryPath, maxSummaryBytes).then(String, (cause: unknown) => {
    throw isUnsafePath(cause) ? cause : noFinishedJob(files.realPath, cause)
  })
  try {
    const parsed = pastSummarySchema.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
    return `output/summary.json is not as this version writes it (${parsed.error.issues[0]?.path.join('.') ?? ''})`
  } catch (error) {
    return `output/summary.json is no JSON: ${messageOf(error)}`
  }
}

async function checkLedger(files: Beneath, { ledger, verification }: PastSummary, add: Add): Promise<void> {
  const folder = files.folder(jobFolders.output)
  if (ledger.files.some((file) => /[\\/]/.test(file))) {
    add('ledger', 'problem', 'the summary names a ledger outside the job')
    return
  }
  const chain = await verifyLedger(folder, ledger)
  if (!chain.ok) {
    add('ledger', 'problem', chain.problem)
    return
  }
  add('ledger', 'ok', `${chain.count} lines, each with the hash of the one before, end as the summary says`)
  const tally = await tallyLedger(folder, ledger.files).catch((error: unknown) => {
    if (error instanceof UnreadableLedger) return error
    throw error
  })
  if (tally instanceof UnreadableLedger) {
    add('writes', 'problem', tally.message)
    return
  }
  const { forwarded } = tally
  const blocked = tally.blocked.count
  const [first] = forwarded.first
  if (first) {
    const writes = forwarded.count === 1 ? '1 write was' : `${forwarded.count} writes were`
    add('writes', 'problem', `${writes} forwarded; the first: ${first.method} ${first.target}`)
  } else if (verification !== null && (verification.writes_forwarded !== 0 || verification.blocked !== blocked)) {
    add('writes', 'problem', `the ledger has ${blocked} blocked writes, the summary says ${verification.blocked}`)
  } else add('writes', 'ok', `0 writes forwarded, ${blocked} blocked`)
}

const noCertificate = 'the job has none: its version did not ask Plex before and after a run'

function certificate({ verification }: PastSummary, add: Add): void {
  if (verification === null) {
    add('certificate', 'unknown', noCertificate)
    return
  }
  const { unchanged, why, differences } = verification
  if (unchanged === true) add('certificate', 'ok', why)
  else if (unchanged === 'unknown') add('certificate', 'unknown', why)
  for (const { title, field, explanation } of differences) {
    add('certificate', 'problem', `${title}: ${field}: ${explanation}`)
  }
}
