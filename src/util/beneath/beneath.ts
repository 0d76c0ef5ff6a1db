import { lstatSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, type Stats, statSync } from 'node:fs'
import { access, constants, type FileHandle, lstat, rm, rmdir } from 'node:fs/promises'
import { renameOver } from '../files/rename.ts'
import { hasErrorCode } from '../unknown-error.ts'
import { bestWay, type HeldFolder, type RootFolder, type Way } from './held-folder.ts'
import { type OpenMode, openPlain, openPlainSync } from './open-plain.ts'
import { removeAll } from './remove-all.ts'
import { copyWhole, syncHeld, writeWhole } from './replace-file.ts'
import { partsOf, unsafePath } from './unsafe-path.ts'
import { createUseFolder, type UseFolder } from './use-folder.ts'

export { isUnsafePath } from './unsafe-path.ts'

/** A file, given by its path inside a folder that may have come from somebody else. */
export interface FileBeneath {
  files: Beneath
  path: string
}

interface Entry {
  name: string
  kind: 'file' | 'folder' | 'other'
}

/**
 * The only way to reach what is inside a folder that may have come from somebody else. Paths are relative to the folder
 * and use `/` on every platform. No link is followed, neither on the way nor at the end, and only plain files are
 * opened; anything else is JOB_PATH_UNSAFE. Errors of the system keep their codes and name the path that the user
 * knows.
 */
export interface Beneath {
  /**
   * The folder's real path, for messages and for programs that get the whole folder. Nothing is opened by this path.
   */
  readonly realPath: string
  /** The full path, for messages. */
  shown(path: string): string
  /**
   * The same kind of access to a folder inside, which may not exist yet. No link is followed on the way to it either.
   */
  folder(path: string): Beneath
  open(path: string, mode: OpenMode, permissions?: number): Promise<FileHandle>
  /** Opens a file and returns its descriptor, which the caller closes. */
  openSync(path: string, mode: OpenMode, permissions?: number): number
  /** Reads a whole file. Throws ENOENT when it is missing, and JOB_PATH_UNSAFE when it is larger. */
  read(path: string, maxBytes: number): Promise<Buffer>
  /** A reader sees either all the old bytes or all the new ones, even after a crash. */
  write(path: string, data: string | Uint8Array, permissions?: number): Promise<void>
  /** Copies one file to another place, either completely or not at all. */
  copy(from: string, to: string): Promise<void>
  /** What is at the path, or null for nothing. A link is reported as a link. */
  look(path: string): Promise<Stats | null>
  lookSync(path: string): Stats | null
  /** What is in a folder; `''` means the folder itself. Throws ENOENT when it is missing. */
  list(path: string): Entry[]
  /** Makes a folder and the folders above it. `durable`: their names survive a power cut. */
  makeFolder(path: string, options?: { durable?: boolean; permissions?: number }): Promise<void>
  makeFolderSync(path: string): void
  /** Throws an error such as EACCES when this process may not write there. */
  assertWritable(path: string): Promise<void>
  /** Replaces what is at the new path. */
  rename(from: string, to: string): Promise<void>
  renameSync(from: string, to: string): void
  /** Removes a file, or a link but not its target. It is fine if nothing is there. */
  remove(path: string): Promise<void>
  removeSync(path: string): void
  /** Removes an empty folder. */
  removeFolder(path: string): Promise<void>
  /** Removes a folder and everything in it. It is fine if nothing is there. */
  removeAll(path: string): Promise<void>
  /** Sets a file's times to now. */
  touch(path: string): Promise<void>
  /** Makes the names in a folder survive a power cut. */
  sync(path: string): Promise<void>
}

/**
 * Opens a folder that exists. If its own path is a link, that link is followed once. The caller has nothing to close.
 */
export function openBeneath(folder: string, options: { way?: Way } = {}): Beneath {
  const path = realpathSync.native(folder)
  const { dev, ino } = statSync(path, { bigint: true })
  return createBeneath({ path, dev, ino, way: options.way ?? bestWay({ path, dev, ino }), below: [] })
}

function createBeneath(root: RootFolder): Beneath {
  const use = createUseFolder(root)
  return {
    realPath: use.shown(''),
    shown: use.shown,
    folder: (path) => createBeneath({ ...root, below: [...root.below, ...partsOf(path, use.shown(''))] }),
    ...contents(use),
    ...names(use),
  }
}

type Contents = 'open' | 'openSync' | 'read' | 'write' | 'copy' | 'touch'

function contents({ inParent, inParentSync }: UseFolder): Pick<Beneath, Contents> {
  return {
    open: (path, mode, permissions = 0o644) => inParent(path, (held, name) => openPlain(held, name, mode, permissions)),
    openSync: (path, mode, permissions = 0o644) =>
      inParentSync(path, (held, name) => openPlainSync(held, name, mode, permissions)),
    read: (path, maxBytes) =>
      inParent(path, async (held, name) => {
        await using file = await openPlain(held, name, 'read', 0)
        if ((await file.stat()).size > maxBytes) throw unsafePath(held.shown(name), `is larger than ${maxBytes} bytes`)
        return await file.readFile()
      }),
    write: (path, data, permissions = 0o644) =>
      inParent(path, (held, name) => writeWhole(held, name, data, permissions)),
    copy: (from, to) =>
      inParent(from, async (source, name) => {
        await using file = await openPlain(source, name, 'read', 0)
        const opened = source.opened(name, file.fd)
        await inParent(to, (target, newName) => copyWhole(target, newName, opened))
      }),
    touch: (path) =>
      inParent(path, async (held, name) => {
        await using file = await openPlain(held, name, 'read', 0)
        const now = new Date()
        await file.utimes(now, now)
      }),
  }
}

function names(use: UseFolder): Omit<Beneath, Contents | 'realPath' | 'shown' | 'folder'> {
  const { inParent, inParentSync, inFolder, inFolderSync } = use
  const sync = (path: string) => inFolder(path, syncHeld)
  return {
    sync,
    look: (path) => orNull(inParent(path, (held, name) => lstat(held.path(name)))),
    lookSync(path) {
      try {
        return inParentSync(path, (held, name) => lstatSync(held.path(name)))
      } catch (error) {
        return nullIfGone(error)
      }
    },
    list: (path) => inFolderSync(path, listHeld),
    async makeFolder(path, { durable = false, permissions = 0o777 } = {}) {
      makeFolders(use, path, permissions)
      // Folders that existed before may have names that were never synced.
      if (durable) for (const parent of parentsOf(path)) await sync(parent)
    },
    makeFolderSync: (path) => makeFolders(use, path, 0o777),
    assertWritable: (path) => inFolder(path, (held) => access(held.path('.'), constants.W_OK)),
    rename: (from, to) =>
      inParent(from, (source, name) =>
        inParent(to, (target, newName) => renameOver(source.path(name), target.path(newName))),
      ),
    renameSync: (from, to) =>
      inParentSync(from, (source, name) =>
        inParentSync(to, (target, newName) => renameSync(source.path(name), target.path(newName))),
      ),
    remove: async (path) => void (await orNull(inParent(path, (held, name) => rm(held.path(name), { force: true })))),
    removeSync(path) {
      try {
        inParentSync(path, (held, name) => rmSync(held.path(name), { force: true }))
      } catch (error) {
        nullIfGone(error)
      }
    },
    removeFolder: (path) => inParent(path, (held, name) => rmdir(held.path(name))),
    removeAll: async (path) => void (await orNull(inParent(path, removeAll))),
  }
}

function listHeld(held: HeldFolder): Entry[] {
  return readdirSync(held.path('.'), { withFileTypes: true }).map((entry) => ({
    name: entry.name,
    kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other',
  }))
}

function makeFolders({ inParentSync, inFolderSync }: UseFolder, path: string, permissions: number): void {
  const parts = path.split('/')
  for (const folder of parts.map((_, at) => parts.slice(0, at + 1).join('/'))) {
    try {
      inParentSync(folder, (held, name) => mkdirSync(held.path(name), permissions))
    } catch (error) {
      if (!hasErrorCode(error, 'EEXIST')) throw error
      // What already exists must be a folder, not a link to one.
      inFolderSync(folder, () => undefined)
    }
  }
}

/** The folders on the way to a path, the root first. */
const parentsOf = (path: string): string[] => path.split('/').map((_, at, parts) => parts.slice(0, at).join('/'))

const orNull = <T>(answer: Promise<T>): Promise<T | null> => answer.catch(nullIfGone)

function nullIfGone(error: unknown): null {
  // When a part of the path is a file instead of a folder, nothing can be below it.
  if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return null
  throw error
}
