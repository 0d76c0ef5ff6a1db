import { AppError } from '../../contract/errors.ts'
import { describeProblem } from '../http/request-problem.ts'
import { limits } from '../limits.ts'
import type { IndexItem } from './index-item.ts'
import type { IndexStore } from './index-store.ts'
import type { IndexedLibrary } from './indexed-library.ts'
import { readSection } from './read-section.ts'

export interface ReadLibraryOptions {
  store: IndexStore
  /** Ask Plex, whatever the store holds. */
  fresh: boolean
  signal: AbortSignal
  scrub(text: string): string
  /** Tells the windows how far the libraries are; at intervals, unless `always`. */
  report(always?: boolean): void
  /** Shows the items that have been read so far. */
  publish(): Promise<void>
  /** Gets the errors that are no AppError. */
  onFailure(error: unknown): void
}

/** Reads one library from the store or from Plex. Never throws: a library that fails has a problem, in words. */
export async function readLibrary(library: IndexedLibrary, options: ReadLibraryOptions): Promise<void> {
  const { store, signal, report } = options
  const { serverId, section } = library
  library.state = { ...library.state, state: 'reading', done: 0, total: 0, problem: null }
  report(true)
  try {
    const stored = options.fresh ? null : await store.load(serverId, section, limits.maxIndexAgeMs)
    if (signal.aborted) return
    if (stored) library.items = stored.items
    const items = stored?.items ?? (await readFromPlex(library, options))
    const readAt = stored?.readAt ?? Date.now()
    library.items = items
    if (!stored) await store.save(serverId, section, items, readAt)
    await options.publish()
    // Ready means that the user can see the items.
    const count = items.length
    const done = { done: count, total: count, readAt: new Date(readAt).toISOString() }
    library.state = { ...library.state, ...done, state: 'ready' }
  } catch (error) {
    if (signal.aborted) return
    library.state = { ...library.state, state: 'failed', problem: describeProblem(error, options.scrub).problem }
    if (!(error instanceof AppError)) options.onFailure(error)
  }
  report(true)
}

/** Shows the first items early, and the items so far each time that their number has doubled. */
function readFromPlex(library: IndexedLibrary, { signal, report, publish }: ReadLibraryOptions): Promise<IndexItem[]> {
  const isFirst = library.items.length === 0
  let nextShown = 1
  return readSection(library.server.connection, library.section, {
    signal,
    onPage(items, progress) {
      library.state = { ...library.state, ...progress }
      report()
      if (!isFirst || progress.done < nextShown) return
      nextShown = progress.done * 2
      library.items = items.slice()
      void publish()
    },
  })
}
