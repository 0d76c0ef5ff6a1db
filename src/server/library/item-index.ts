import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { backupFolderName } from '../../config/workspace/backups.ts'
import type { IndexState } from '../../contract/api/api-items.ts'
import { AppError } from '../../contract/errors.ts'
import type { PlexSection } from '../../plex/upstream/server-answers.ts'
import type { LiveConnection } from '../connect/connection.ts'
import type { LiveServer } from '../connect/live-server.ts'
import { problemOf } from '../http/request-problem.ts'
import { limits } from '../limits.ts'
import { buildCatalogue, type Catalogue, emptyCatalogue, type SectionItems } from './catalogue.ts'
import type { IndexItem } from './index-item.ts'
import type { IndexStore } from './index-store.ts'
import { readSection } from './read-section.ts'

export interface ItemIndex extends AsyncDisposable {
  catalogue(): Catalogue
  state(): IndexState
  /** Indexes the libraries of a connection in the background; null forgets everything. */
  connect(connection: LiveConnection | null): void
  /** Reads everything from Plex again. */
  refresh(): void
  /** When all libraries have been read, or have failed. */
  settled(): Promise<void>
}

interface Library {
  server: LiveServer
  serverId: string
  section: PlexSection
  mappings: string[]
  state: IndexState['libraries'][number]
  items: readonly IndexItem[]
  backups: ReadonlySet<string>
}

/** Between two messages about progress. */
const reportMs = 250

export function createItemIndex(deps: { store: IndexStore; onChange(state: IndexState): void }): ItemIndex {
  let libraries: Library[] = []
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
  /** One after the other: a catalogue that is built later holds more. */
  const publish = (signal: AbortSignal): Promise<void> => {
    publishing = publishing.then(async () => {
      if (signal.aborted) return
      const current = [...libraries]
      const backups = new Map(current.map((library) => [`${library.serverId} ${library.section.key}`, library.backups]))
      const next = await buildCatalogue(
        randomBytes(6).toString('hex'),
        current.map(toSectionItems),
        ({ server, sectionId }, ratingKey) => backups.get(`${server} ${sectionId}`)?.has(ratingKey) ?? false,
      )
      if (signal.aborted) return
      catalogue = next
      report(true)
    })
    return publishing
  }

  async function readLibrary(library: Library, fresh: boolean, signal: AbortSignal): Promise<void> {
    const { serverId, section } = library
    library.state = { ...library.state, state: 'reading', done: 0, total: 0, problem: null }
    report(true)
    try {
      const stored = fresh ? null : await deps.store.load(serverId, section, limits.maxIndexAgeMs)
      if (signal.aborted) return
      if (stored) library.items = stored.items
      const isFirst = library.items.length === 0
      let nextShown = 1
      const items =
        stored?.items ??
        (await readSection(library.server.connection, section, {
          signal,
          onPage(page, progress) {
            library.state = { ...library.state, ...progress }
            report()
            // What is there is shown early, and again whenever it has doubled.
            if (!isFirst || progress.done < nextShown) return
            nextShown = progress.done * 2
            library.items = page.slice()
            void publish(signal)
          },
        }))
      const readAt = stored?.readAt ?? Date.now()
      library.items = items
      if (!stored) await deps.store.save(serverId, section, items, readAt)
      await publish(signal)
      // Ready is what can be seen.
      const count = items.length
      const done = { done: count, total: count, readAt: new Date(readAt).toISOString() }
      library.state = { ...library.state, ...done, state: 'ready' }
    } catch (error) {
      if (signal.aborted) return
      const scrub = connection?.scrub ?? ((text: string) => text)
      const problem = problemOf(error instanceof AppError ? error : unexpected(error), scrub)
      library.state = { ...library.state, state: 'failed', problem }
    }
    report(true)
  }

  function start(fresh: boolean): void {
    abort.abort()
    abort = new AbortController()
    const { signal } = abort
    const wanted = libraries
    work = (async () => {
      await Promise.all(
        wanted.map(async (library) => {
          library.backups = await listBackups(connection, library.mappings)
        }),
      )
      // One library at a time for each server: Plex answers a person meanwhile.
      const servers = [...new Set(wanted.map(({ serverId }) => serverId))]
      await Promise.all(
        servers.map(async (id) => {
          for (const library of wanted) {
            if (library.serverId === id && !signal.aborted) await readLibrary(library, fresh, signal)
          }
        }),
      )
    })()
  }

  return {
    catalogue: () => catalogue,
    state,
    connect(next) {
      const before = libraries
      connection = next
      libraries = next ? listLibraries(next, before) : []
      catalogue = next ? catalogue : emptyCatalogue
      start(false)
      report(true)
      // What the new config has no longer must not stay on the wall.
      void publish(abort.signal)
    },
    refresh() {
      start(true)
    },
    async settled() {
      await work
      await publishing
    },
    async [Symbol.asyncDispose]() {
      abort.abort()
      await work
      await publishing
    },
  }
}

function overallState(libraries: readonly Library[]): IndexState['state'] {
  const states = libraries.map(({ state }) => state.state)
  if (states.length === 0) return 'waiting'
  if (states.some((state) => state === 'reading' || state === 'waiting')) return 'reading'
  if (states.every((state) => state === 'failed')) return 'failed'
  return states.includes('failed') ? 'partial' : 'ready'
}

/** The sections behind the libraries that can be previewed; what an earlier connection has read of the same is kept. */
function listLibraries(connection: LiveConnection, before: readonly Library[]): Library[] {
  const found: Library[] = []
  for (const { mappingName, sectionId, server: key } of connection.targetLibraries) {
    const server = connection.servers.find(({ index }) => String(index) === key)
    const section = server?.sections.find((one) => one.key === sectionId)
    if (!server?.info || !section) continue
    const serverId = server.info.machineIdentifier
    const known = found.find((library) => library.serverId === serverId && library.section.key === sectionId)
    if (known) {
      known.mappings.push(mappingName)
      continue
    }
    const { title, type } = section
    const kept = before.find((library) => library.serverId === serverId && library.section.key === sectionId)
    found.push({
      server,
      serverId,
      section,
      mappings: [mappingName],
      state: {
        server: serverId,
        sectionId,
        title,
        type,
        state: 'waiting',
        done: 0,
        total: 0,
        readAt: null,
        problem: null,
      },
      items: kept?.items ?? [],
      backups: new Set(),
    })
  }
  return found
}

/** ratingKeys of which Kometa keeps a clean original (library.py:64-66). */
async function listBackups(connection: LiveConnection | null, mappings: readonly string[]): Promise<Set<string>> {
  const keys = new Set<string>()
  const config = connection?.config
  if (!config) return keys
  for (const mapping of mappings) {
    const names = await config.reach.names(join(config.kometaConfigDir, 'overlays', backupFolderName(mapping)))
    for (const name of names) {
      const key = /^(\d{1,18})\.(?:png|jpg|webp)$/.exec(name)?.[1]
      if (key !== undefined) keys.add(key)
    }
  }
  return keys
}

function toSectionItems({ serverId: server, section, items }: Library): SectionItems {
  return { server, sectionId: section.key, title: section.title, items }
}

const unexpected = (cause: unknown): AppError =>
  new AppError('PLEX_READ_FAILED', 'The library could not be read.', { cause })
