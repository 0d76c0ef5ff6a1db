import { type FileHandle, open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often Kometa's log is read; fs.watch does not work on every file system. */
const pollMs = 200
const readBytes = 64 * 1024

export interface LogTail {
  /** Resolves when the position is fixed from which the file is read. */
  ready: Promise<void>
  /** Reads the rest of the file and closes it. */
  stop(): Promise<void>
}

/**
 * Follows a file that another process writes: from the start once it appears, and across a rotation (Kometa renames
 * meta.log to meta-1.log and starts a new one). What the file held before the call is left out. `onData` is awaited,
 * so the consumer sets the pace.
 */
export function tailFile(path: string, onData: (chunk: Buffer) => Promise<void> | void): LogTail {
  const stopping = new AbortController()
  const opened = openAt(path, 'end')
  const following = follow()
  // `stop` reports a failure; nobody listens before that.
  following.catch(() => undefined)

  async function follow(): Promise<void> {
    let current = await opened
    try {
      for (let last = false; ; ) {
        if (current) await readOn(current)
        if (await isReplaced(path, current)) {
          // The old file may have grown between the last read and the rename.
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
  /** Tells a new file from an old one of the same name. */
  identity: string
}

async function openAt(path: string, place: 'start' | 'end'): Promise<OpenFile | undefined> {
  const handle = await open(path, 'r').catch(() => undefined)
  if (!handle) return undefined
  const { dev, ino, size } = await handle.stat()
  return { handle, offset: place === 'end' ? size : 0, identity: `${dev}:${ino}` }
}

/** True when the name now belongs to another file, or the file was truncated. */
async function isReplaced(path: string, current: OpenFile | undefined): Promise<boolean> {
  const now = await stat(path).catch(() => undefined)
  if (!now) return false
  return !current || `${now.dev}:${now.ino}` !== current.identity || now.size < current.offset
}
