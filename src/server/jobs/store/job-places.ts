import { createHash, randomBytes } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { jobIdSchema } from '../../../contract/api/api-common.ts'
import { acquireJobLock } from '../../../run/job-folder/job-lock.ts'
import { type Beneath, openBeneath } from '../../../util/beneath/beneath.ts'
import { makeFolderDurably } from '../../../util/files/durable-folder.ts'
import { noSuchJob } from '../../http/request-problem.ts'
import { nullIfUnreadable } from '../files/job-files.ts'

/** Where the folder of each job is: in the data folder, or elsewhere if it was named at the start. */
export interface JobPlaces {
  /** The ids of all job folders that are there now. */
  scan(): Promise<Set<string>>
  /** For messages, and for the code that runs the job. */
  dirOf(id: string): string
  filesOf(id: string): Beneath
  isElsewhere(id: string): boolean
  /** Of a job in the data folder. */
  isThere(id: string): Promise<boolean>
  make(id: string): Promise<Beneath>
  discard(id: string): Promise<void>
  /**
   * Takes a job's folder out of the list of jobs; a folder elsewhere is only forgotten. Answers with what removes the
   * files. Throws JOB_IN_USE while somebody runs the job.
   */
  takeAway(id: string, beforeRemove: (dir: string) => Promise<void>): Promise<() => Promise<void>>
}

const removedPrefix = '.removed-'

export async function openJobPlaces(folder: string, otherDirs: readonly string[]): Promise<JobPlaces> {
  await makeFolderDurably(folder)
  const jobs = openBeneath(folder)
  // A folder that is named although it is in the data folder is shown once.
  const elsewhere = openElsewhere(
    otherDirs.map((dir) => resolve(dir)).filter((dir) => dirname(dir) !== resolve(folder)),
  )
  /** Folders whose name cannot be an id, by the id that the studio shows them under. */
  const oddNames = new Map<string, string>()
  const nameOf = (id: string): string => {
    const name = oddNames.get(id)
    if (name === undefined && !jobIdSchema.safeParse(id).success) throw new Error('not a job id')
    return name ?? id
  }
  const filesOf = (id: string): Beneath => elsewhere.filesOf(id) ?? jobs.folder(nameOf(id))

  return {
    filesOf,
    async scan() {
      const ids = new Set<string>(elsewhere.scan())
      for (const { name, kind } of jobs.list('')) {
        if (kind !== 'folder') continue
        if (name.startsWith(removedPrefix)) await jobs.removeAll(name)
        if (name.startsWith('.')) continue
        const id = idOf(name, false)
        if (id !== name) oddNames.set(id, name)
        ids.add(id)
      }
      return ids
    },
    dirOf: (id) => elsewhere.dirOf(id) ?? join(folder, nameOf(id)),
    isElsewhere: elsewhere.has,
    isThere: async (id) => (await jobs.look(nameOf(id))) !== null,
    async make(id) {
      await jobs.makeFolder(nameOf(id), { permissions: 0o700, durable: true })
      return filesOf(id)
    },
    discard: (id) => jobs.removeAll(nameOf(id)),
    async takeAway(id, beforeRemove) {
      if (elsewhere.delete(id)) return () => Promise.resolve()
      const name = nameOf(id)
      // The folder is renamed first, so that nobody takes a folder that is half removed for a job.
      const removed = `${removedPrefix}${randomBytes(8).toString('hex')}`
      if (await jobs.look(name)) {
        // The lock fails while the command line runs the job again.
        await using _lock = await acquireJobLock(filesOf(id))
        await beforeRemove(join(folder, name))
        await jobs.rename(name, removed)
        // A power cut must not bring back a job that has lost some of its files.
        await jobs.sync('')
      }
      return () => jobs.removeAll(removed)
    },
  }
}

/** Job folders outside the data folder, by the ids that the studio shows them under. */
function openElsewhere(dirs: readonly string[]) {
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
    /**
     * Opens the folders again, since one may have been made or replaced. Answers with the ids of those that are there.
     */
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

/** The id of a job folder: its name, or, where that cannot be an id, the letters that can and a hash of the path. */
function idOf(path: string, isElsewhere: boolean): string {
  const name = basename(path)
  if (!isElsewhere && jobIdSchema.safeParse(name).success) return name
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '')
  return `${plain.slice(0, 100) || 'job'}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`
}
