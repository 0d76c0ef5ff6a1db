import { createHash, randomBytes } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { jobIdSchema } from '../../../contract/api/api-common.ts'
import { AppError } from '../../../contract/errors.ts'
import { acquireJobLock } from '../../../run/job-folder/job-lock.ts'
import { type Beneath, openBeneath } from '../../../util/beneath/beneath.ts'
import { makeFolderDurably } from '../../../util/files/durable-folder.ts'
import { notFound, RequestProblem } from '../../http/request-problem.ts'
import { isPlainJob, nullIfUnreadable } from '../files/job-files.ts'
import type { ReadSummary } from '../files/read-summary.ts'
import { adoptJob, describeUnfinished } from './adopt-job.ts'
import { type JobRecord, readRecord, writeRecord } from './studio-job-record.ts'

/** The jobs in the data folder, those of the command line among them, and job folders elsewhere that were named at the start. */
export interface JobStore {
  /** Looks for jobs that the command line has made or run again. */
  scan(): Promise<void>
  list(): readonly JobRecord[]
  /** Jobs are looked up, never joined to a path: undefined for anything that is not one. */
  find(id: string): JobRecord | undefined
  /** For words, and for what runs the job. */
  dirOf(id: string): string
  filesOf(id: string): Beneath
  /** False for a job folder elsewhere: the studio shows it, and never removes it. */
  isOurs(id: string): boolean
  newId(now: Date): string
  /** The folder of a job that is being made. */
  makeFolder(id: string): Promise<Beneath>
  /** Takes it away again, where there was to be no such job after all. */
  discardFolder(id: string): Promise<void>
  /** In order with all else that is done to this job. Throws NOT_FOUND when it has been removed before its turn came. */
  save(record: JobRecord): Promise<void>
  /**
   * Removes a job and its files; a job folder elsewhere is only no longer shown. Throws JOB_IN_USE while somebody runs it,
   * NOT_FOUND when it is gone already.
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
  /** While the job's folder is still there. */
  beforeRemove(dir: string): Promise<void>
  /** Of one folder; the others are shown all the same. */
  onFailure(error: unknown): void
}

const removedPrefix = '.removed-'

export async function openJobStore(options: JobStoreOptions): Promise<JobStore> {
  const { folder, readSummary, onChange, onRemove, onFailure } = options
  await makeFolderDurably(folder)
  const jobs = openBeneath(folder)
  const records = new Map<string, JobRecord>()
  const { inOrder, isBusy } = createOrder()
  const others = openOthers(
    // One of the data folder is there anyway.
    (options.others ?? []).map((dir) => resolve(dir)).filter((dir) => dirname(dir) !== resolve(folder)),
  )
  /** Folders whose name is no id, by the id that they are shown under. */
  const odd = new Map<string, string>()
  const nameOf = (id: string): string => {
    if (!records.has(id) && !jobIdSchema.safeParse(id).success) throw new Error('not a job id')
    return odd.get(id) ?? id
  }
  const filesOf = (id: string): Beneath => others.filesOf(id) ?? jobs.folder(nameOf(id))

  /** What the record is from now on is seen at once; it is written in its turn, unless the job has been removed by then. */
  const save = (record: JobRecord): Promise<void> => {
    records.set(record.id, record)
    onChange(record)
    return inOrder(record.id, async () => {
      if (!records.has(record.id)) throw noSuchJob()
      await writeRecord(filesOf(record.id), record)
    })
  }

  async function look(id: string): Promise<void> {
    const job = filesOf(id)
    if (!records.has(id) && !(await isPlainJob(job))) return
    const kept = records.get(id) ?? (await readRecord(job))
    // A folder that was copied or renamed brings the record of another job.
    const known = kept?.id === id ? kept : null
    if (known?.origin === 'studio') {
      if (!records.has(id)) records.set(id, known)
      return
    }
    const file = await readSummary(job)
    if (known && known.summaryAt === (file?.writtenAt ?? null) && known.status !== 'running') {
      records.set(id, known)
      return
    }
    const isNew = !records.has(id)
    const found = file ? await adoptJob(id, job, file, known) : await describeUnfinished(id, job, known)
    if (!found) return
    if (!isNew && JSON.stringify(found) === JSON.stringify(known)) return
    records.set(id, found)
    onChange(found)
    await writeRecord(job, found)
  }

  async function scan(): Promise<void> {
    const there = new Set<string>(others.scan())
    for (const { name, kind } of jobs.list('')) {
      if (kind !== 'folder') continue
      if (name.startsWith(removedPrefix)) await jobs.removeAll(name)
      else if (!name.startsWith('.')) {
        const id = idOf(name, false)
        if (id !== name) odd.set(id, name)
        there.add(id)
      }
    }
    // One folder that cannot be read hides none of the others.
    for (const id of there) await inOrder(id, () => look(id)).catch(onFailure)
    for (const id of [...records.keys()]) {
      // Somebody removed its folder.
      if (there.has(id) || isBusy(id) || (!others.has(id) && (await jobs.look(nameOf(id))))) continue
      records.delete(id)
      onRemove(id)
    }
  }

  async function remove(id: string): Promise<void> {
    if (!records.has(id)) throw noSuchJob()
    const forget = () => {
      records.delete(id)
      onRemove(id)
    }
    if (others.has(id)) {
      others.delete(id)
      forget()
      return
    }
    const name = nameOf(id)
    // Renamed first: what is half gone must not be taken for a job.
    const gone = `${removedPrefix}${randomBytes(8).toString('hex')}`
    if (await jobs.look(name)) {
      // The command line may run it again at this moment.
      await using _lock = await acquireJobLock(filesOf(id))
      await options.beforeRemove(join(folder, name))
      await jobs.rename(name, gone)
      // A power cut must not bring back a job of which some files are gone.
      await jobs.sync('')
    }
    forget()
    await jobs.removeAll(gone)
  }

  let scanning: Promise<void> | null = null
  return {
    // Windows that ask at the same time share one look.
    scan: () => (scanning ??= scan().finally(() => (scanning = null))),
    list: () => [...records.values()],
    find: (id) => records.get(id),
    dirOf: (id) => others.dirOf(id) ?? join(folder, nameOf(id)),
    filesOf,
    isOurs: (id) => !others.has(id),
    newId: (now) =>
      `${now.toISOString().slice(0, 19).replaceAll(':', '-').replace('T', '_')}_${randomBytes(3).toString('hex')}`,
    async makeFolder(id) {
      await jobs.makeFolder(nameOf(id), { permissions: 0o700, durable: true })
      return filesOf(id)
    },
    discardFolder: (id) => jobs.removeAll(nameOf(id)),
    save,
    remove: (id) => inOrder(id, () => remove(id)),
  }
}

/** Job folders elsewhere, by the ids that they are shown under. */
function openOthers(dirs: readonly string[]) {
  const known = new Map(dirs.map((dir) => [idOf(dir, true), { dir, files: openIfThere(dir) }]))
  return {
    has: (id: string) => known.has(id),
    delete: (id: string) => known.delete(id),
    dirOf: (id: string) => known.get(id)?.dir,
    filesOf(id: string): Beneath | undefined {
      const other = known.get(id)
      if (other && !other.files) throw noSuchJob()
      return other?.files ?? undefined
    },
    /** Opens them again, since one may have been made or replaced since; answers with the ids of those that are there. */
    scan(): string[] {
      for (const other of known.values()) other.files = openIfThere(other.dir)
      return [...known].flatMap(([id, { files }]) => (files ? [id] : []))
    },
  }
}

function openIfThere(dir: string): Beneath | null {
  try {
    return openBeneath(dir)
  } catch (error) {
    return nullIfUnreadable(error)
  }
}

/** For each job one thing after the other: what is written to it, and its end. */
function createOrder() {
  const last = new Map<string, Promise<unknown>>()
  return {
    inOrder<T>(id: string, act: () => Promise<T>): Promise<T> {
      const mine = (last.get(id) ?? Promise.resolve()).then(act)
      // Whoever waits gets the failure; the next one in the line does not.
      const settled = mine
        .catch(() => undefined)
        .then(() => {
          if (last.get(id) === settled) last.delete(id)
        })
      last.set(id, settled)
      return mine
    },
    isBusy: (id: string): boolean => last.has(id),
  }
}

const noSuchJob = () => notFound('There is no such job; it may have been deleted.')

/** The id that a folder is shown under: its name where that can be one, else what is left of it and a hash of the whole. */
function idOf(path: string, elsewhere: boolean): string {
  const name = basename(path)
  if (!elsewhere && jobIdSchema.safeParse(name).success) return name
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '')
  return `${plain.slice(0, 100) || 'job'}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`
}

/** Whether there was nothing to remove any more. */
export const isGone = (error: unknown): boolean => error instanceof RequestProblem && error.code === 'NOT_FOUND'

/** Whether a job could not be removed because somebody runs it just now. */
export const isInUse = (error: unknown): boolean => error instanceof AppError && error.code === 'JOB_IN_USE'
