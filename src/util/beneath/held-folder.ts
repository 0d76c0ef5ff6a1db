import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs'
import { join, sep } from 'node:path'
import { unsafePath, withShownPath } from './unsafe-path.ts'

/**
 * How a folder is protected from being swapped for another one while something in it is used. `descriptors` (Linux):
 * each part of the path is opened inside the folder before it, without following a link, so nothing can be swapped.
 * `checks` (elsewhere): before and after the call, no part may be a link, and each part must be the same folder.
 */
export type Way = 'descriptors' | 'checks'

interface Identity {
  dev: bigint
  ino: bigint
}

/** A folder whose real path was found once. At each use it must still be the same folder. */
export interface RootFolder extends Identity {
  path: string
  way: Way
  /** The path from the root to the folder in use; [] is the root itself. */
  below: readonly string[]
}

/** A folder that remains the same one until it is disposed, whatever happens to its path. */
export interface HeldFolder extends Disposable {
  /** The path of a name in this folder, for one call that does not follow a link in the last part. */
  path(name: string): string
  /** The path of a name in this folder as the user knows it, for messages. */
  shown(name: string): string
  /** Turns an error from a call in this folder into one that has the path that the user knows. */
  inWords(error: unknown): unknown
  /** Call this after each use. With `checks` it throws if the folder or the opened file was swapped in the meantime. */
  assertSame(opened?: { name: string; info: Identity }): void
  child(name: string): HeldFolder
  /** A path that opens a file of this folder again while it is already open. */
  opened(name: string, descriptor: number): string
}

/**
 * Holds the folder at these parts below the root. Throws JOB_PATH_UNSAFE for a link, and ENOENT and ENOTDIR as the
 * system does.
 */
export function holdFolder(root: RootFolder, parts: readonly string[]): HeldFolder {
  let held = root.way === 'descriptors' ? holdRoot(root) : checkedFolder(root.path, [root])
  for (const part of [...root.below, ...parts]) {
    using parent = held
    held = parent.child(part)
  }
  return held
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants
const folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW

function holdRoot(root: RootFolder): HeldFolder {
  const descriptor = openSync(root.path, folderFlags)
  const held = descriptorFolder(descriptor, root.path)
  try {
    if (!isSame(fstatSync(descriptor, { bigint: true }), root)) throw exchanged(root.path)
  } catch (error) {
    held[Symbol.dispose]()
    throw error
  }
  return held
}

function descriptorFolder(descriptor: number, shownPath: string): HeldFolder {
  // The kernel resolves this path from the open folder, not from the path of that folder, as `openat` does.
  const path = (name: string) => `/proc/self/fd/${descriptor}/${name}`
  const shown = (name: string) => (name === '.' ? shownPath : join(shownPath, name))
  const inWords = (error: unknown) =>
    withShownPath(error, path(''), shownPath.endsWith(sep) ? shownPath : shownPath + sep)
  return {
    path,
    shown,
    inWords,
    assertSame: () => undefined,
    child(name) {
      try {
        return descriptorFolder(openSync(path(name), folderFlags), shown(name))
      } catch (error) {
        // The flags of the open call already refused the link. This check only finds the right message.
        if (lstatSync(path(name), { throwIfNoEntry: false })?.isSymbolicLink())
          throw unsafePath(shown(name), 'is a link')
        throw inWords(error)
      }
    },
    opened: (_name, file) => `/proc/self/fd/${file}`,
    [Symbol.dispose]: () => closeSync(descriptor),
  }
}

/** `chain`: every folder from the root to this one, with the identity that it had when it was found. */
function checkedFolder(folder: string, chain: readonly (Identity & { path: string })[]): HeldFolder {
  const path = (name: string) => (name === '.' ? folder : join(folder, name))
  const assertSame: HeldFolder['assertSame'] = (opened) => {
    for (const known of chain) {
      const found = lstatSync(known.path, { bigint: true, throwIfNoEntry: false })
      if (!found?.isDirectory() || !isSame(found, known)) throw exchanged(known.path)
    }
    if (opened === undefined) return
    const named = lstatSync(path(opened.name), { bigint: true, throwIfNoEntry: false })
    if (!named || !isSame(named, opened.info)) throw exchanged(path(opened.name))
  }
  assertSame()
  return {
    path,
    shown: path,
    inWords: (error) => error,
    assertSame,
    child(name) {
      const found = lstatSync(path(name), { bigint: true })
      if (found.isSymbolicLink()) throw unsafePath(path(name), 'is a link')
      if (!found.isDirectory()) throw notFolder(path(name))
      return checkedFolder(path(name), [...chain, { path: path(name), dev: found.dev, ino: found.ino }])
    },
    opened: path,
    [Symbol.dispose]: () => undefined,
  }
}

const isSame = (one: Identity, other: Identity): boolean => one.dev === other.dev && one.ino === other.ino

const exchanged = (path: string) => unsafePath(path, 'was exchanged for something else while it was used')

const notFolder = (path: string): Error =>
  Object.assign(new Error(`ENOTDIR: not a directory, open '${path}'`), { code: 'ENOTDIR', path })

/** Uses descriptors where open folders can be reached by them, which is Linux with /proc. */
export function bestWay(root: Pick<RootFolder, 'path' | 'dev' | 'ino'>): Way {
  if (process.platform !== 'linux') return 'checks'
  const descriptor = openSync(root.path, folderFlags)
  try {
    const found = lstatSync(`/proc/self/fd/${descriptor}/.`, { bigint: true, throwIfNoEntry: false })
    return found && isSame(found, root) ? 'descriptors' : 'checks'
  } finally {
    closeSync(descriptor)
  }
}
