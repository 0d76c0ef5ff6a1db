import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type AskPython, askPythonJson, PythonFailed } from '../install/ask-python.ts'
import { cacheScript } from './cache-script.ts'
import { type OverlayState, overlayStateSchema } from './overlay-state.ts'

/** A cache of 40,000 items with every service is some 300 MB. */
const maxCacheBytes = 2 * 1024 * 1024 * 1024
/** A slow NAS copies 10 MB a second. */
const copyTimeoutMs = 300_000
const maxStateBytes = 64 * 1024 * 1024

/** ratingKeys of the items whose state is wanted, by mapping name of their library. */
export type WantedItems = Readonly<Record<string, readonly string[]>>

export interface CopyCacheOptions {
  ask: AskPython
  /** The user's cache, which is only read. */
  user: { path: string; bytes: number }
  /** In a folder of ours. */
  to: string
  wanted: WantedItems
  signal: AbortSignal
}

/**
 * Makes a private copy of Kometa's cache, also while Kometa writes into it. Answers with the state of the overlays as the user's
 * cache has it; in the copy it is empty, so that Kometa draws each item. A cache that cannot be copied is none, with the reason.
 */
export async function copyUserCache(options: CopyCacheOptions): Promise<OverlayState | { failed: string }> {
  const { ask, user, to, wanted, signal } = options
  if (user.bytes > maxCacheBytes) return { failed: `it is larger than ${maxCacheBytes} bytes` }
  try {
    return await askPythonJson(
      ask,
      {
        ...question(wanted, to, signal),
        args: ['copy', user.path, to],
        // Its companions hold what is not in it yet.
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

/** The state of the overlays that Kometa has written into the copy; null when it cannot be read. */
export async function readOverlayState(
  ask: AskPython,
  cache: string,
  wanted: WantedItems,
  signal: AbortSignal,
): Promise<OverlayState | null> {
  try {
    return await askPythonJson(ask, { ...question(wanted, cache, signal), args: ['read', cache] }, overlayStateSchema)
  } catch (error) {
    if (!(error instanceof PythonFailed)) throw error
    return null
  }
}

const question = (wanted: WantedItems, cache: string, signal: AbortSignal) => ({
  script: cacheScript,
  input: JSON.stringify(wanted),
  writes: [dirname(cache)],
  timeoutMs: copyTimeoutMs,
  maxOutputBytes: maxStateBytes,
  signal,
})
