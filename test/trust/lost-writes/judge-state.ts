import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../../src/contract/errors.ts'
import { type Summary, summarySchema } from '../../../src/contract/summary.ts'
import { removeTemporaryFiles } from '../../../src/proxy/capture/folders.ts'
import { openJobFolder, removeEarlierResults } from '../../../src/run/job-folder/job-folder.ts'
import { verifyJob } from '../../../src/run/verify/verify-job.ts'
import { createSummaryReader } from '../../../src/server/jobs/files/read-summary.ts'
import { newJobState } from '../../../src/server/jobs/journal/job-state.ts'
import { createJournalPast } from '../../../src/server/jobs/journal/journal-past.ts'
import { openJobStore } from '../../../src/server/jobs/store/job-store.ts'
import { markInterrupted } from '../../../src/server/jobs/store/recover-jobs.ts'
import { createPictureFinder } from '../../../src/server/jobs/view/job-pictures.ts'
import { openBeneath } from '../../../src/util/beneath/beneath.ts'

export interface Judged {
  /** What a user would be told wrongly, or not at all. */
  problems: string[]
  /** What the folder says about itself. */
  says: 'no job' | 'no summary' | 'all is whole' | 'something is missing'
}

/**
 * Reads a job folder as `verify`, the studio and the next run would. `mustHold`: hashes of pictures whose upload was
 * acknowledged. Pictures of the `uploader` program can prove that they are complete.
 */
export async function judgeJobFolder(
  jobDir: string,
  mustHold: readonly string[],
  { selfProving }: { selfProving: boolean },
): Promise<Judged> {
  const problems: string[] = []
  const held = new Set<string>()
  for (const name of finals(jobDir)) {
    const bytes = readFileSync(join(jobDir, 'output', 'by_ratingkey', name))
    held.add(sha256(bytes))
    if (selfProving && sha256(bytes.subarray(0, -32)) !== bytes.subarray(-32).toString('hex')) {
      problems.push(`${name} is torn`)
    }
  }
  const lost = mustHold.filter((hash) => !held.has(hash))
  if (lost.length > 0) problems.push(`${lost.length} of ${mustHold.length} acknowledged pictures are lost`)
  if (!existsSync(jobDir)) return { problems, says: 'no job' }
  const summaryFile = join(jobDir, 'output', 'summary.json')
  const says = existsSync(summaryFile)
    ? await judgeSummary(jobDir, readFileSync(summaryFile, 'utf8'), problems)
    : 'no summary'
  await judgeNextRun(jobDir, problems)
  return { problems, says }
}

/** Reads the studio's folder of jobs as its next start would. */
export async function judgeJobs(folder: string): Promise<Judged> {
  const problems: string[] = []
  const failures: unknown[] = []
  const store = await openJobStore({
    folder,
    readSummary: createSummaryReader(),
    onChange: () => undefined,
    onRemove: () => undefined,
    beforeRemove: async () => undefined,
    onFailure: (error) => failures.push(error),
  })
  await store.scan()
  await markInterrupted(store, createJournalPast(), (error) => failures.push(error))
  problems.push(...failures.map((error) => `the studio fails: ${String(error)}`))
  let says: Judged['says'] = 'no job'
  for (const { id, status, origin } of store.list()) {
    if (origin === 'studio' && (status === 'running' || status === 'queued')) problems.push(`${id} is ${status}`)
    const judged = await judgeJobFolder(store.dirOf(id), [], { selfProving: false })
    says = judged.says
    problems.push(...judged.problems)
    if (status === 'success' && says !== 'all is whole') problems.push(`the studio says success, the folder: ${says}`)
  }
  return { problems, says }
}

async function judgeSummary(jobDir: string, text: string, problems: string[]): Promise<Judged['says']> {
  let summary: Summary
  try {
    summary = summarySchema.parse(JSON.parse(text))
  } catch {
    // The error does not matter: a torn summary is the finding.
    problems.push('the summary is torn')
    return 'something is missing'
  }
  const missing = filesNamed(summary).filter(([path, hash]) => hashOfFile(join(jobDir, path)) !== hash)
  const offline = () => Promise.reject(new AppError('PLEX_UNREACHABLE', 'this test has no Plex by now'))
  const { ok, checks } = await verifyJob(jobDir, {
    config: offline,
    dataDir: jobDir,
    signal: new AbortController().signal,
  })
  const said = checks.filter(({ status }) => status === 'problem').map(({ detail }) => detail)
  if (ok && missing.length > 0) problems.push(`verify finds nothing wrong, and ${missing[0]?.[0]} is not whole`)
  for (const [path] of missing) {
    if (!said.some((line) => line.includes(path))) problems.push(`verify says nothing of ${path}`)
  }
  if (summary.status === 'success' && said.length > 0) problems.push(`it says success, but ${said[0]}`)
  await judgeShown(jobDir, summary, problems)
  return said.length === 0 ? 'all is whole' : 'something is missing'
}

/** The studio shows a complete picture, or none. */
async function judgeShown(jobDir: string, summary: Summary, problems: string[]): Promise<void> {
  const job = openBeneath(jobDir)
  const shown = await createSummaryReader()(job)
  if (shown === null) {
    problems.push('the studio does not show the summary')
    return
  }
  const finder = createPictureFinder()
  for (const [path, hash] of filesNamed(summary)) {
    const found = await finder
      .find(job, hash, { summary: shown.summary, state: newJobState() })
      .catch((error: unknown) =>
        error instanceof Error && 'code' in error && error.code === 'NOT_FOUND' ? null : error,
      )
    if (found instanceof Error) problems.push(`the studio fails over ${path}: ${found.message}`)
    else if (found !== null && hashOfFile(join(jobDir, (found as { path: string }).path)) !== hash) {
      problems.push(`the studio shows a torn ${path}`)
    }
  }
}

/**
 * What the next run in this folder does first: it must remove everything of this run that it could take for its own.
 */
async function judgeNextRun(jobDir: string, problems: string[]): Promise<void> {
  const folder = await openJobFolder(jobDir, jobDir)
  await removeEarlierResults(folder, [])
  await removeTemporaryFiles(folder.files)
  const left = [...finals(jobDir), ...readdirSync(join(jobDir, 'output')).filter((name) => /summary|SHA256/.test(name))]
  if (left.length > 0) problems.push(`the next run leaves ${left.join(', ')}`)
}

/** Pictures that a summary names, with their hashes. */
function filesNamed({ captured_uploads: captures, targets }: Summary): [string, string][] {
  const named = new Map<string, string>()
  for (const { saved_path: path, sha256: hash } of captures) if (path !== null && hash !== null) named.set(path, hash)
  for (const { before, after } of targets) {
    for (const picture of [before, after]) if (picture) named.set(picture.path, picture.sha256)
  }
  return [...named]
}

function finals(jobDir: string): string[] {
  const folder = join(jobDir, 'output', 'by_ratingkey')
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.tmp')) : []
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const hashOfFile = (path: string): string | null => (existsSync(path) ? sha256(readFileSync(path)) : null)
