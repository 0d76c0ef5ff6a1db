import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { jobIdSchema } from '../../contract/api-common.ts'
import { folderBytes } from '../library/index-store.ts'
import { type JobRecord, jobRecordSchema, newRecord, readRecord, writeRecord } from './job-record.ts'
import { digestOf, titleOf } from './job-view.ts'
import type { ReadSummary, SummaryFile } from './read-summary.ts'

/** The jobs in the data folder, those of the command line among them. */
export interface JobStore {
  /** Looks for jobs that the command line has made or run again. */
  scan(): Promise<void>
  list(): readonly JobRecord[]
  /** Jobs are looked up, never joined to a path: undefined for anything that is not one. */
  find(id: string): JobRecord | undefined
  dirOf(id: string): string
  newId(now: Date): string
  save(record: JobRecord): Promise<void>
  remove(id: string): Promise<void>
}

export interface JobStoreOptions {
  folder: string
  readSummary: ReadSummary
  onChange(record: JobRecord): void
  onRemove(id: string): void
}

const removedPrefix = '.removed-'
/** Claims of a living run are touched every 5 s (job-lock.ts). */
const livingClaimMs = 30_000

export async function openJobStore({ folder, readSummary, onChange, onRemove }: JobStoreOptions): Promise<JobStore> {
  await mkdir(folder, { recursive: true })
  const records = new Map<string, JobRecord>()
  const writing = new Map<string, Promise<void>>()

  /** One write of a record at a time, in order. */
  const save = async (record: JobRecord): Promise<void> => {
    records.set(record.id, record)
    const before = writing.get(record.id) ?? Promise.resolve()
    const next = before.then(() => writeRecord(join(folder, record.id), record))
    const settled = next.catch(() => undefined)
    writing.set(record.id, settled)
    onChange(record)
    await next
    if (writing.get(record.id) === settled) writing.delete(record.id)
  }

  async function look(id: string): Promise<void> {
    const dir = join(folder, id)
    const known = records.get(id) ?? (await readRecord(dir))
    if (known && known.id === id && known.origin === 'studio') {
      if (!records.has(id)) records.set(id, known)
      return
    }
    const file = await readSummary(dir)
    if (known && known.summaryAt === (file?.writtenAt ?? null) && known.status !== 'running') {
      records.set(id, known)
      return
    }
    const isNew = !records.has(id)
    const found = file ? await adopt(id, dir, file, known) : await describeUnfinished(id, dir, known)
    if (!found) return
    if (!isNew && JSON.stringify(found) === JSON.stringify(known)) return
    await save(found)
  }

  const store: JobStore = {
    async scan() {
      const entries = await readdir(folder, { withFileTypes: true })
      const there = new Set<string>()
      for (const entry of entries) {
        if (entry.name.startsWith(removedPrefix)) await rm(join(folder, entry.name), { recursive: true, force: true })
        else if (entry.isDirectory() && jobIdSchema.safeParse(entry.name).success) there.add(entry.name)
      }
      for (const id of there) await look(id)
      for (const id of [...records.keys()]) {
        // Somebody removed its folder.
        if (there.has(id) || writing.has(id) || (await stat(join(folder, id)).catch(() => null))) continue
        records.delete(id)
        onRemove(id)
      }
    },
    list: () => [...records.values()],
    find: (id) => records.get(id),
    dirOf(id) {
      if (!records.has(id) && !jobIdSchema.safeParse(id).success) throw new Error('not a job id')
      return join(folder, id)
    },
    newId: (now) =>
      `${now.toISOString().slice(0, 19).replaceAll(':', '-').replace('T', '_')}_${randomBytes(3).toString('hex')}`,
    save,
    async remove(id) {
      if (!records.delete(id)) return
      await writing.get(id)
      // Renamed first: a folder that is half gone must not be taken for a job.
      const gone = join(folder, `${removedPrefix}${id}-${randomBytes(3).toString('hex')}`)
      await rename(join(folder, id), gone)
      onRemove(id)
      await rm(gone, { recursive: true, force: true })
    },
  }
  return store
}

/** A job of the command line, from its summary. */
async function adopt(
  id: string,
  dir: string,
  { summary, writtenAt }: SummaryFile,
  known: JobRecord | null,
): Promise<JobRecord> {
  const preview = await readPreview(dir)
  const record = newRecord({
    id,
    title: titleOf(summary.targets.map(({ title }) => title)),
    status: summary.status,
    createdAt: summary.started_at || new Date(writtenAt).toISOString(),
    startedAt: summary.started_at || null,
    endedAt: summary.timestamp || null,
    origin: 'command',
    config: preview,
    targets: summary.targets.map((target) => ({
      id: target.id,
      server: target.server,
      ratingKey: target.rating_key,
      title: target.title,
      type: target.type,
      library: target.library,
      mapping: target.library,
    })),
    renderer: summary.renderer,
    keep: known?.keep ?? false,
    differences: known?.differences ?? {},
    summaryAt: writtenAt,
    bytes: await folderBytes(dir),
  })
  return jobRecordSchema.parse({ ...record, ...digestOf(record, summary) })
}

/** A folder without a summary: the command line runs there now, or died there. */
async function describeUnfinished(id: string, dir: string, known: JobRecord | null): Promise<JobRecord | null> {
  const info = await stat(join(dir, 'logs')).catch(() => null)
  if (!info) return null
  const claims = await readdir(join(dir, '.lock')).catch(() => [])
  let touched = 0
  for (const name of claims)
    touched = Math.max(touched, (await stat(join(dir, '.lock', name)).catch(() => null))?.mtimeMs ?? 0)
  const isRunning = Date.now() - touched < livingClaimMs
  return newRecord({
    ...known,
    id,
    title: known?.title ?? 'A job of the command line',
    status: isRunning ? 'running' : 'interrupted',
    createdAt: known?.createdAt ?? info.birthtime.toISOString(),
    origin: 'command',
    config: known?.config ?? (await readPreview(dir)),
    targets: known?.targets ?? [],
    renderer: 'kometa',
    summaryAt: null,
  })
}

/** What `run --config` writes into its job names the config; of other jobs only its own folder's command line can repeat it. */
async function readPreview(dir: string): Promise<JobRecord['config']> {
  const text = await readFile(join(dir, 'config', 'preview.yml'), 'utf8').catch(() => '')
  const [, quoted] = /^# Written by kometa-preview\.[\s\S]*?^ {2}config: (.+)$/m.exec(text) ?? []
  if (quoted === undefined) return { kind: 'unknown', name: 'preview.yml', path: null, edited: false }
  const path = quoted.startsWith('"') ? String(JSON.parse(quoted)) : quoted
  return { kind: 'path', name: path.split(/[\\/]/).at(-1) ?? path, path, edited: false }
}
