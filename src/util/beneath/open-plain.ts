import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { hasErrorCode } from '../unknown-error.ts'
import type { HeldFolder } from './held-folder.ts'
import { describeOddity, unsafePath } from './unsafe-path.ts'

/**
 * `read`: an existing file. `create`: a new file to write and read; EEXIST when anything has that name. `append`: a new
 * or an existing file that has no second name.
 */
export type OpenMode = 'read' | 'create' | 'append'

const { O_RDONLY, O_RDWR, O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants
/** Opening a pipe must not wait for the other end. Windows has neither flag. */
const careful = (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0)
const flagsOf: Record<OpenMode | 'createAppend', number> = {
  read: O_RDONLY | careful,
  create: O_RDWR | O_CREAT | O_EXCL | careful,
  append: O_WRONLY | O_APPEND | careful,
  createAppend: O_WRONLY | O_APPEND | O_CREAT | O_EXCL | careful,
}

/** How often `append` starts again because the file appeared or disappeared between two calls. */
const maxRaces = 20

/** Opens a plain file and nothing else. Throws JOB_PATH_UNSAFE for a link, a pipe or a device. */
export async function openPlain(
  held: HeldFolder,
  name: string,
  mode: OpenMode,
  permissions: number,
): Promise<FileHandle> {
  for (let race = 0; ; race += 1) {
    const flags = prepare(held, name, mode)
    try {
      const handle = await open(held.path(name), flags, permissions)
      try {
        assertPlain(held, name, await handle.stat({ bigint: true }), mode)
        return handle
      } catch (error) {
        await handle.close()
        throw error
      }
    } catch (error) {
      if (mode !== 'append' || race >= maxRaces || !hasErrorCode(error, 'ENOENT', 'EEXIST'))
        throw inWords(error, held, name)
    }
  }
}

/** Opens a plain file synchronously. Returns a descriptor, which the caller closes. */
export function openPlainSync(held: HeldFolder, name: string, mode: OpenMode, permissions: number): number {
  for (let race = 0; ; race += 1) {
    const flags = prepare(held, name, mode)
    try {
      const descriptor = openSync(held.path(name), flags, permissions)
      try {
        assertPlain(held, name, fstatSync(descriptor, { bigint: true }), mode)
        return descriptor
      } catch (error) {
        closeSync(descriptor)
        throw error
      }
    } catch (error) {
      if (mode !== 'append' || race >= maxRaces || !hasErrorCode(error, 'ENOENT', 'EEXIST'))
        throw inWords(error, held, name)
    }
  }
}

/**
 * Checks the file before it is opened, since merely opening a device can have an effect. The opened file is checked
 * again.
 */
function prepare(held: HeldFolder, name: string, mode: OpenMode): number {
  if (mode === 'create') return flagsOf.create
  const info = lstatSync(held.path(name), { bigint: true, throwIfNoEntry: false })
  if (!info) return mode === 'append' ? flagsOf.createAppend : flagsOf.read
  if (!info.isFile()) throw unsafePath(held.shown(name), describeOddity(info))
  if (mode === 'append' && info.nlink > 1n) detach(held, name)
  return flagsOf[mode]
}

function assertPlain(held: HeldFolder, name: string, info: BigIntStats, mode: OpenMode): void {
  if (!info.isFile()) throw unsafePath(held.shown(name), describeOddity(info))
  if (mode === 'append' && info.nlink > 1n) throw unsafePath(held.shown(name), 'has a second name elsewhere')
  held.assertSame({ name, info })
}

/**
 * A file may have a second name (a hard link, a backup made with `cp -l`). This name then gets its own copy, so that
 * appended text does not appear in the other file.
 */
function detach(held: HeldFolder, name: string): void {
  const source = openPlainSync(held, name, 'read', 0)
  const copy = `${name}.own-${process.pid}`
  try {
    const target = openPlainSync(held, copy, 'create', 0o644)
    try {
      copyBytes(source, target)
    } finally {
      closeSync(target)
    }
    renameSync(held.path(copy), held.path(name))
  } catch (error) {
    rmSync(held.path(copy), { force: true })
    throw inWords(error, held, name)
  } finally {
    closeSync(source)
  }
}

function copyBytes(source: number, target: number): void {
  const buffer = Buffer.alloc(64 * 1024)
  for (let bytes = readSync(source, buffer); bytes > 0; bytes = readSync(source, buffer)) {
    for (let written = 0; written < bytes; ) written += writeSync(target, buffer, written, bytes - written)
  }
}

function inWords(error: unknown, held: HeldFolder, name: string): unknown {
  // ELOOP and EMLINK mean a link that O_NOFOLLOW refuses. ENXIO and ENODEV mean a pipe without a reader or a missing
  // device.
  if (hasErrorCode(error, 'ELOOP', 'EMLINK')) return unsafePath(held.shown(name), 'is a link')
  if (hasErrorCode(error, 'ENXIO', 'ENODEV')) return unsafePath(held.shown(name), 'is no plain file')
  return held.inWords(error)
}
