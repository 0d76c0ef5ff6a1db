import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { jobIdSchema } from '../../contract/api-common.ts'
import { AppError } from '../../contract/errors.ts'
import { acquireJobLock } from '../../run/job-lock.ts'
import { renameOver } from '../../util/rename.ts'
import { adoptJob, describeUnfinished } from './adopt-job.ts'
import { isPlainJob } from './job-files.ts'
import { type JobRecord, readRecord, writeRecord } from './job-record.ts'
import type { ReadSummary } from './read-summary.ts'

/** The jobs in the data folder, those of the command line among them, and job folders elsewhere that were named at the start. */
export interface JobStore {
  /** Looks for jobs that the command line has made or run again. */
  scan(): Promise<void>
  list(): readonly JobRecord[]
  /** Jobs are looked up, never joined to a path: undefined for anything that is not one. */
  find(id: string): JobRecord | undefined
  dirOf(id: string): string
  /** False for a job folder elsewhere: the studio shows it, and never removes it. */
  isOurs(id: string): boolean
  newId(now: Date): string
  save(record: JobRecord): Promise<void>
  /** Removes a job and its files; a job folder elsewhere is only no longer shown. Throws JOB_IN_USE while somebody runs it. */
  remove(id: string): Promise<void>
}

export interface JobStoreOptions {
  folder: string
  /** Job folders elsewhere, made with `run --out`. */
  others?: readonly string[]
  readSummary: ReadSummary
  onChange(record: JobRecord): void
  onRemove(id: string): void
  /** Of one folder; the others are shown all the same. */
  onFailure(error: unknown): void
}

const removedPrefix = '.removed-'

export async function openJobStore(options: JobStoreOptions): Promise<JobStore> {
  const { folder, readSummary, onChange, onRemove, onFailure } = options
  await mkdir(folder, { recursive: true })
  const records = new Map<string, JobRecord>()
  const writing = new Map<string, Promise<void>>()
  const others = new Map(
    (options.others ?? [])
      .map((dir) => resolve(dir))
      // One of the data folder is there anyway.
      .flatMap((dir) => (dirname(dir) === resolve(folder) ? [] : [[idOf(dir, true), dir] as const])),
  )
  /** Folders whose name is no id, by the id that they are shown under. */
  const odd = new Map<string, string>()
  const dirOf = (id: string): string => {
    const elsewhere = others.get(id)
    if (elsewhere !== undefined) return elsewhere
    if (!records.has(id) && !jobIdSchema.safeParse(id).success) throw new Error('not a job id')
    return join(folder, odd.get(id) ?? id)
  }

  /** One write of a record at a time, in order. */
  const save = async (record: JobRecord): Promise<void> => {
    records.set(record.id, record)
    const before = writing.get(record.id) ?? Promise.resolve()
    const next = before.then(() => writeRecord(dirOf(record.id), record))
    const settled = next.catch(() => undefined)
    writing.set(record.id, settled)
    onChange(record)
    await next
    if (writing.get(record.id) === settled) writing.delete(record.id)
  }

  async function look(id: string): Promise<void> {
    const dir = dirOf(id)
    if (!records.has(id) && !(await isPlainJob(dir))) return
    const kept = records.get(id) ?? (await readRecord(dir))
    // A folder that was copied or renamed brings the record of another job.
    const known = kept?.id === id ? kept : null
    if (known?.origin === 'studio') {
      if (!records.has(id)) records.set(id, known)
      return
    }
    const file = await readSummary(dir)
    if (known && known.summaryAt === (file?.writtenAt ?? null) && known.status !== 'running') {
      records.set(id, known)
      return
    }
    const isNew = !records.has(id)
    const found = file ? await adoptJob(id, dir, file, known) : await describeUnfinished(id, dir, known)
    if (!found) return
    if (!isNew && JSON.stringify(found) === JSON.stringify(known)) return
    await save(found)
  }

  async function scan(): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true })
    const there = new Set<string>(others.keys())
    for (const { name } of entries.filter((entry) => entry.isDirectory())) {
      if (name.startsWith(removedPrefix)) await rm(join(folder, name), { recursive: true, force: true })
      else if (!name.startsWith('.')) {
        const id = idOf(name, false)
        if (id !== name) odd.set(id, name)
        there.add(id)
      }
    }
    // One folder that cannot be read hides none of the others.
    for (const id of there) await look(id).catch(onFailure)
    for (const id of [...records.keys()]) {
      // Somebody removed its folder.
      if ((there.has(id) && !others.has(id)) || writing.has(id) || (await stat(dirOf(id)).catch(() => null))) continue
      records.delete(id)
      onRemove(id)
    }
  }

  async function remove(id: string): Promise<void> {
    const record = records.get(id)
    if (!record) return
    const dir = dirOf(id)
    if (!others.has(id)) {
      await writing.get(id)
      // The command line may run it again at this moment. Renamed first: what is half gone must not be taken for a job.
      const gone = join(folder, `${removedPrefix}${randomBytes(8).toString('hex')}`)
      if (await stat(dir).catch(() => null)) {
        await using _lock = await acquireJobLock(dir)
        await renameOver(dir, gone)
      }
      records.delete(id)
      onRemove(id)
      await rm(gone, { recursive: true, force: true })
      return
    }
    others.delete(id)
    records.delete(id)
    onRemove(id)
  }

  let scanning: Promise<void> | null = null
  return {
    // Windows that ask at the same time share one look.
    scan: () => (scanning ??= scan().finally(() => (scanning = null))),
    list: () => [...records.values()],
    find: (id) => records.get(id),
    dirOf,
    isOurs: (id) => !others.has(id),
    newId: (now) =>
      `${now.toISOString().slice(0, 19).replaceAll(':', '-').replace('T', '_')}_${randomBytes(3).toString('hex')}`,
    save,
    remove,
  }
}

/** The id that a folder is shown under: its name where that can be one, else what is left of it and a hash of the whole. */
function idOf(path: string, elsewhere: boolean): string {
  const name = basename(path)
  if (!elsewhere && jobIdSchema.safeParse(name).success) return name
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '')
  return `${plain.slice(0, 100) || 'job'}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`
}

/** Whether a job could not be removed because somebody runs it just now. */
export const isInUse = (error: unknown): boolean => error instanceof AppError && error.code === 'JOB_IN_USE'
