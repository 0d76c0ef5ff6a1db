import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { UsedFiles } from '../../config/workspace/used-files.ts'
import { changedFiles, type FileStates, readFileStates, withSubfolders } from './file-states.ts'

/** An editor saves in several steps, so the files are read only after nothing has changed for this time. */
const debounceMs = 150
/** Network disks and container mounts report no changes, so the files are also read this often. */
const pollMs = 2_000
/** Folders that are watched, each by a handle of the system. Files of further folders are polled. */
const maxWatchedFolders = 1_000

/** Waits until a file of the preview differs from `before`. Answers what changed; [] if `signal` is aborted. */
export async function waitForChange(
  used: UsedFiles,
  before: FileStates,
  signal: AbortSignal,
): Promise<{ changed: string[]; now: FileStates }> {
  const folders = new Set([...used.files.map((path) => dirname(path)), ...used.yamlFolders])
  for (const folder of await withSubfolders(used.assetFolders)) folders.add(folder)
  const watchers: FSWatcher[] = []
  let wake: () => void = () => undefined
  let timer: NodeJS.Timeout | undefined
  const stirred = (): void => {
    clearTimeout(timer)
    timer = globalThis.setTimeout(() => wake(), debounceMs)
  }
  for (const folder of [...folders].slice(0, maxWatchedFolders)) {
    const watcher = watchFolder(folder, stirred)
    if (watcher !== null) watchers.push(watcher)
  }
  const poll = setInterval(() => wake(), pollMs)
  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      const now = await readFileStates(used)
      const changed = changedFiles(before, now)
      if (changed.length > 0 && (await isSettled(used, now))) return { changed, now }
      if (changed.length > 0) continue
      if (!signal.aborted) await woken
    }
    return { changed: [], now: before }
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearInterval(poll)
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}

/** False while a file is still being written: a file that is saved in place is empty for a moment. */
async function isSettled(used: UsedFiles, seen: FileStates): Promise<boolean> {
  await setTimeout(debounceMs)
  return changedFiles(seen, await readFileStates(used)).length === 0
}

/** null if the folder does not exist or the system has no handle left: then its files are polled. */
function watchFolder(folder: string, stirred: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: true }, stirred)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null
  }
}
