import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs'
import { join, sep } from 'node:path'
import { unsafePath, withShownPath } from './unsafe-path.ts'

/**
 * How a folder is kept from being exchanged while something in it is used. `descriptors` (Linux): each part of the path
 * is opened in the folder before it, without following a link, so that there is nothing left to exchange. `checks`
 * (elsewhere): no part may be a link, before and after the call, and each must be the same folder both times.
 */
export type Way = 'descriptors' | 'checks'

interface Identity {
  dev: bigint
  ino: bigint
}

/** A folder whose real path was found once; it must still be the same folder each time. */
export interface RootFolder extends Identity {
  path: string
  way: Way
  /** Where the folder that is worked in stands below it; [] is the root itself. */
  below: readonly string[]
}

/** A folder that stays the same one until it is disposed, whatever happens to its path. */
export interface HeldFolder extends Disposable {
  /** The path of a name in it, for one call that does not follow a link in its last part. */
  path(name: string): string
  /** The same for words. */
  shown(name: string): string
  /** An error of a call in this folder, with the path that the user knows. */
  inWords(error: unknown): unknown
  /** After each call: with `checks` throws if the folder, or the file that was opened, was exchanged meanwhile. */
  assertSame(opened?: { name: string; info: Identity }): void
  child(name: string): HeldFolder
  /** A path by which a file in it that is open already can be read once more. */
  opened(name: string, descriptor: number): string
}

/**
 * Holds the folder at these parts below the root. Throws JOB_PATH_UNSAFE for a link; ENOENT and ENOTDIR as the system
 * does.
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
  // Resolved by the kernel from the open folder, not from its path: what `openat` does.
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
        // Not the answer to whether it is safe, which the flags gave; only the words for it.
        if (lstatSync(path(name), { throwIfNoEntry: false })?.isSymbolicLink())
          throw unsafePath(shown(name), 'is a link')
        throw inWords(error)
      }
    },
    opened: (_name, file) => `/proc/self/fd/${file}`,
    [Symbol.dispose]: () => closeSync(descriptor),
  }
}

/** `chain`: every folder from the root to this one, as it was found. */
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

/** Whether open folders can be reached by their descriptors here: Linux with /proc. */
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
