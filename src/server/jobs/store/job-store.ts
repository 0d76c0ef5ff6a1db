import { randomBytes } from 'node:crypto'
import { AppError } from '../../../contract/errors.ts'
import type { Beneath } from '../../../util/beneath/beneath.ts'
import { noSuchJob, RequestProblem } from '../../http/request-problem.ts'
import { isPlainJob } from '../files/job-files.ts'
import type { ReadSummary } from '../files/read-summary.ts'
import { adoptJob, describeUnfinished } from './adopt-job.ts'
import { createInOrder } from './in-order.ts'
import { openJobPlaces } from './job-places.ts'
import { type JobRecord, readRecord, writeRecord } from './studio-job-record.ts'

/**
 * The records of all jobs: those in the data folder, also from the command line, and job folders that were named at the
 * start.
 */
export interface JobStore {
  /** Looks for jobs that the command line has made or run again. */
  scan(): Promise<void>
  list(): readonly JobRecord[]
  /** undefined for anything that is not a job: an id is looked up and never joined to a path. */
  find(id: string): JobRecord | undefined
  /** For messages, and for the code that runs the job. */
  dirOf(id: string): string
  filesOf(id: string): Beneath
  /** False for a job folder elsewhere: the studio shows it and never removes it. */
  isOurs(id: string): boolean
  newId(now: Date): string
  /** Makes the folder of a new job. */
  makeFolder(id: string): Promise<Beneath>
  /** Removes the folder of a job that could not be started. */
  discardFolder(id: string): Promise<void>
  /** Waits for all other acts on this job. Throws NOT_FOUND when the job has been removed meanwhile. */
  save(record: JobRecord): Promise<void>
  /** Changes a record that is there. */
  update(id: string, change: Partial<JobRecord>): Promise<JobRecord>
  /**
   * Removes a job and its files; a job folder elsewhere is only no longer shown. Throws JOB_IN_USE while somebody runs
   * the job, and NOT_FOUND when it has been removed already.
   */
  remove(id: string): Promise<void>
}

export interface JobStoreOptions {
  folder: string
  /** Job folders elsewhere, made with `run --out`. */
  others?: readonly string[]
  readSummary: ReadSummary
  onChange(record: JobRecord): void
  onRemove(id: string): void
  /** Called while the job's folder is still there. */
  beforeRemove(dir: string): Promise<void>
  /** One folder that fails does not hide the others. */
  onFailure(error: unknown): void
}

export async function openJobStore(options: JobStoreOptions): Promise<JobStore> {
  const { readSummary, onChange, onRemove, onFailure } = options
  const places = await openJobPlaces(options.folder, options.others ?? [])
  const records = new Map<string, JobRecord>()
  const inOrder = createInOrder()
  const forget = (id: string): void => {
    records.delete(id)
    onRemove(id)
  }

  /** The record counts at once. It is written in its turn, unless the job has been removed by then. */
  const save = (record: JobRecord): Promise<void> => {
    records.set(record.id, record)
    onChange(record)
    return inOrder.run(record.id, async () => {
      if (!records.has(record.id)) throw noSuchJob()
      await writeRecord(places.filesOf(record.id), record)
    })
  }

  async function look(id: string): Promise<void> {
    const known = records.get(id)
    const found = await lookAtJob(id, places.filesOf(id), known, readSummary)
    if (!found) return
    records.set(id, found.record)
    if (!found.isNew) return
    onChange(found.record)
    await writeRecord(places.filesOf(id), found.record)
  }

  async function scan(): Promise<void> {
    const there = await places.scan()
    for (const id of there) await inOrder.run(id, () => look(id)).catch(onFailure)
    for (const id of [...records.keys()]) {
      if (there.has(id) || inOrder.isBusy(id)) continue
      if (places.isElsewhere(id) || !(await places.isThere(id))) forget(id)
    }
  }

  async function remove(id: string): Promise<void> {
    if (!records.has(id)) throw noSuchJob()
    const removeFiles = await places.takeAway(id, options.beforeRemove)
    forget(id)
    await removeFiles()
  }

  let scanning: Promise<void> | null = null
  return {
    // Windows that ask at the same time share one scan.
    scan: () => (scanning ??= scan().finally(() => (scanning = null))),
    list: () => [...records.values()],
    find: (id) => records.get(id),
    dirOf: places.dirOf,
    filesOf: places.filesOf,
    isOurs: (id) => !places.isElsewhere(id),
    newId,
    makeFolder: places.make,
    discardFolder: places.discard,
    save,
    async update(id, change) {
      const record = records.get(id)
      if (!record) throw new Error(`no job ${id}`)
      const next = { ...record, ...change }
      await save(next)
      return next
    },
    remove: (id) => inOrder.run(id, () => remove(id)),
  }
}

const newId = (now: Date): string =>
  `${now.toISOString().slice(0, 19).replaceAll(':', '-').replace('T', '_')}_${randomBytes(3).toString('hex')}`

/**
 * The record of a job folder; null for a folder without a job. `isNew`: it says something that no record said before.
 */
async function lookAtJob(
  id: string,
  job: Beneath,
  inMemory: JobRecord | undefined,
  readSummary: ReadSummary,
): Promise<{ record: JobRecord; isNew: boolean } | null> {
  if (!inMemory && !(await isPlainJob(job))) return null
  const kept = inMemory ?? (await readRecord(job))
  // A folder that was copied or renamed holds the record of another job.
  const known = kept?.id === id ? kept : null
  if (known?.origin === 'studio') return { record: known, isNew: false }
  const file = await readSummary(job)
  if (known && known.summaryAt === (file?.writtenAt ?? null) && known.status !== 'running') {
    return { record: known, isNew: false }
  }
  const record = file ? await adoptJob(id, job, file, known) : await describeUnfinished(id, job, known)
  if (!record) return null
  const isSame = inMemory !== undefined && JSON.stringify(record) === JSON.stringify(known)
  return { record, isNew: !isSame }
}

/** Whether there was nothing left to remove. */
export const isGone = (error: unknown): boolean => error instanceof RequestProblem && error.code === 'NOT_FOUND'

/** Whether a job could not be removed because somebody runs it. */
export const isInUse = (error: unknown): boolean => error instanceof AppError && error.code === 'JOB_IN_USE'
