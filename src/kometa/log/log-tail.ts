import { type FileHandle, open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Kometa's log is read this often; fs.watch is not there on every file system. */
const pollMs = 200
const readBytes = 64 * 1024

export interface LogTail {
  /** Resolves when the place is known from which on the file is read. */
  ready: Promise<void>
  /** Reads what is still there, to its end, and closes. */
  stop(): Promise<void>
}

/**
 * Follows a file that another process writes: from the start once it appears, and over a rotation (Kometa renames meta.log to
 * meta-1.log and begins anew). What was in the file before the call is left out. `onData` is awaited: the reader's pace counts.
 */
export function tailFile(path: string, onData: (chunk: Buffer) => Promise<void> | void): LogTail {
  const stopping = new AbortController()
  const opened = openAt(path, 'end')
  const following = follow()
  // Whoever stops the tail hears of a failure; until then nobody waits.
  following.catch(() => undefined)

  async function follow(): Promise<void> {
    let current = await opened
    try {
      for (let last = false; ; ) {
        if (current) await readOn(current)
        if (await isReplaced(path, current)) {
          // Between the last read and the rename more may have come into the old file.
          if (current) await readOn(current)
          await current?.handle.close()
          current = await openAt(path, 'start')
          if (current) continue
        }
        if (last) return
        last = stopping.signal.aborted
        if (!last) await sleep(pollMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    } finally {
      await current?.handle.close()
    }
  }

  async function readOn(file: OpenFile): Promise<void> {
    const buffer = Buffer.allocUnsafe(readBytes)
    for (;;) {
      const { bytesRead } = await file.handle.read(buffer, 0, readBytes, file.offset)
      if (bytesRead === 0) return
      file.offset += bytesRead
      await onData(Buffer.from(buffer.subarray(0, bytesRead)))
    }
  }

  return {
    ready: opened.then(() => undefined),
    async stop() {
      stopping.abort()
      await following
    },
  }
}

interface OpenFile {
  handle: FileHandle
  offset: number
  /** Tells a new file of the same name from this one. */
  identity: string
}

async function openAt(path: string, place: 'start' | 'end'): Promise<OpenFile | undefined> {
  const handle = await open(path, 'r').catch(() => undefined)
  if (!handle) return undefined
  const { dev, ino, size } = await handle.stat()
  return { handle, offset: place === 'end' ? size : 0, identity: `${dev}:${ino}` }
}

/** True when the name now stands for another file, or for the same one cut short. */
async function isReplaced(path: string, current: OpenFile | undefined): Promise<boolean> {
  const now = await stat(path).catch(() => undefined)
  if (!now) return false
  return !current || `${now.dev}:${now.ino}` !== current.identity || now.size < current.offset
}
