import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type AskPython, askPythonJson, PythonFailed } from '../install/ask-python.ts'
import { readPythonProgram } from '../python/python-program.ts'
import { type OverlayState, overlayStateSchema } from './overlay-state.ts'

/** A cache of 40,000 items with every service takes about 300 MB. */
const maxCacheBytes = 2 * 1024 * 1024 * 1024
/** A slow NAS copies 10 MB a second. */
const copyTimeoutMs = 300_000
const maxStateBytes = 64 * 1024 * 1024

/** ratingKeys of the items whose state is wanted, by the library's key in the config. */
export type WantedItems = Readonly<Record<string, readonly string[]>>

export interface CopyCacheOptions {
  ask: AskPython
  /** The user's cache; it is only read. */
  user: { path: string; bytes: number }
  /** A path in one of our own folders. */
  to: string
  wanted: WantedItems
  signal: AbortSignal
}

/**
 * Makes a private copy of Kometa's cache, even while Kometa writes to the original. Returns the state of the overlays
 * from the user's cache and empties it in the copy, so that Kometa draws each item. A cache that cannot be copied
 * counts as no cache, and the reason is returned.
 */
export async function copyUserCache(options: CopyCacheOptions): Promise<OverlayState | { failed: string }> {
  const { ask, user, to, wanted, signal } = options
  if (user.bytes > maxCacheBytes) return { failed: `it is larger than ${maxCacheBytes} bytes` }
  try {
    return await askPythonJson(
      ask,
      {
        ...(await question(wanted, to, signal)),
        args: ['copy', user.path, to],
        // SQLite's companion files hold data that is not in the main file yet.
        reads: [dirname(user.path)],
      },
      overlayStateSchema,
    )
  } catch (error) {
    await Promise.all(['', '-journal', '-wal', '-shm'].map((end) => rm(`${to}${end}`, { force: true })))
    if (!(error instanceof PythonFailed)) throw error
    return { failed: error.message }
  }
}

/** Reads the state of the overlays that Kometa wrote into the copy; null when it cannot be read. */
export async function readOverlayState(
  ask: AskPython,
  cache: string,
  wanted: WantedItems,
  signal: AbortSignal,
): Promise<OverlayState | null> {
  try {
    const asked = { ...(await question(wanted, cache, signal)), args: ['read', cache] }
    return await askPythonJson(ask, asked, overlayStateSchema)
  } catch (error) {
    if (!(error instanceof PythonFailed)) throw error
    return null
  }
}

const question = async (wanted: WantedItems, cache: string, signal: AbortSignal) => ({
  script: await readPythonProgram('overlay-state'),
  input: JSON.stringify(wanted),
  writes: [dirname(cache)],
  timeoutMs: copyTimeoutMs,
  maxOutputBytes: maxStateBytes,
  signal,
})
