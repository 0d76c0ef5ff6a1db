import { randomBytes } from 'node:crypto'
import type { IndexState } from '../../contract/api/api-items.ts'
import type { LiveConnection } from '../connect/connection.ts'
import { buildCatalogue, type Catalogue, emptyCatalogue } from './catalogue.ts'
import type { IndexStore } from './index-store.ts'
import { type IndexedLibrary, listBackups, listLibraries, toSectionItems } from './indexed-library.ts'
import { type ReadLibraryOptions, readLibrary } from './read-library.ts'

export interface ItemIndex extends AsyncDisposable {
  catalogue(): Catalogue
  state(): IndexState
  /** Indexes the libraries of a connection in the background. null forgets everything. */
  connect(connection: LiveConnection | null): void
  /** Reads everything from Plex again. */
  refresh(): void
  /** Resolves when all libraries have been read, or have failed. */
  settled(): Promise<void>
}

/** The shortest time between two reports of progress. */
const reportMs = 250

export interface ItemIndexDeps {
  store: IndexStore
  onChange(state: IndexState): void
  onFailure(error: unknown): void
}

export function createItemIndex(deps: ItemIndexDeps): ItemIndex {
  let libraries: IndexedLibrary[] = []
  let connection: LiveConnection | null = null
  let catalogue = emptyCatalogue
  let abort = new AbortController()
  let work: Promise<void> = Promise.resolve()
  let publishing: Promise<void> = Promise.resolve()
  let lastReport = 0

  const state = (): IndexState => ({
    state: overallState(libraries),
    revision: catalogue.revision,
    items: catalogue.entries.length,
    libraries: libraries.map((library) => library.state),
  })
  const report = (always = false) => {
    const now = performance.now()
    if (!always && now - lastReport < reportMs) return
    lastReport = now
    deps.onChange(state())
  }
  /** Builds one catalogue after the other: the later one holds more. */
  const publish = (signal: AbortSignal): Promise<void> => {
    publishing = publishing.then(async () => {
      if (signal.aborted) return
      const next = await catalogueOf(libraries)
      if (signal.aborted) return
      catalogue = next
      report(true)
    })
    return publishing
  }
  const start = (fresh: boolean): void => {
    abort.abort()
    abort = new AbortController()
    const { signal } = abort
    const { store, onFailure } = deps
    const scrub = connection?.scrub ?? ((text: string) => text)
    work = readLibraries(libraries, connection, {
      ...{ store, fresh, signal, scrub, report, onFailure },
      publish: () => publish(signal),
    })
  }
  const settled = async () => {
    await work
    await publishing
  }

  return {
    catalogue: () => catalogue,
    state,
    connect(next) {
      connection = next
      libraries = next ? listLibraries(next, libraries) : []
      catalogue = next ? catalogue : emptyCatalogue
      start(false)
      report(true)
      // Items of libraries that the new config does not have must disappear from the screen.
      void publish(abort.signal)
    },
    refresh: () => start(true),
    settled,
    async [Symbol.asyncDispose]() {
      abort.abort()
      await settled()
    },
  }
}

function catalogueOf(libraries: readonly IndexedLibrary[]): Promise<Catalogue> {
  const backups = new Map(libraries.map((library) => [`${library.serverId} ${library.section.key}`, library.backups]))
  return buildCatalogue(
    randomBytes(6).toString('hex'),
    libraries.map(toSectionItems),
    ({ server, sectionId }, ratingKey) => backups.get(`${server} ${sectionId}`)?.has(ratingKey) ?? false,
  )
}

/** Reads one library at a time from each server, so that Plex can answer people meanwhile. */
async function readLibraries(
  libraries: readonly IndexedLibrary[],
  connection: LiveConnection | null,
  options: ReadLibraryOptions,
): Promise<void> {
  await Promise.all(
    libraries.map(async (library) => {
      library.backups = await listBackups(connection, library.mappings)
    }),
  )
  const servers = [...new Set(libraries.map(({ serverId }) => serverId))]
  await Promise.all(
    servers.map(async (id) => {
      for (const library of libraries) {
        if (library.serverId === id && !options.signal.aborted) await readLibrary(library, options)
      }
    }),
  )
}

function overallState(libraries: readonly IndexedLibrary[]): IndexState['state'] {
  const states = libraries.map(({ state }) => state.state)
  if (states.length === 0) return 'waiting'
  if (states.some((state) => state === 'reading' || state === 'waiting')) return 'reading'
  if (states.every((state) => state === 'failed')) return 'failed'
  return states.includes('failed') ? 'partial' : 'ready'
}
