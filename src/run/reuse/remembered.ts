import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { workspacePrefix, writeOwner } from '../../config/workspace/stale-workspaces.ts'
import { createMemoStore, type MemoStore } from '../../proxy/memo/memo-store.ts'
import { maxReuseMs } from '../../proxy/memo/stale.ts'
import { ownIdentity } from '../../util/process-identity.ts'
import { workspacesOf } from '../job-folder/workspaces.ts'

/**
 * What was read from Plex, kept from job to job. Whoever runs several jobs (the studio, watch mode) hands it to each of
 * them. Disposing forgets all of it and removes its folder.
 */
export interface Remembered extends AsyncDisposable {
  readonly barriers: Barriers
  /** False if it ends with the job, so that nothing has to be kept for the next one. */
  readonly lasting: boolean
  /** The store of one server and token, for one job. Two tokens may see different things, so each has its own. */
  borrow(serverId: string, token: string): Promise<BorrowedStore>
}

/** Servers that refused a read without the token within the last ten minutes. Any other server is asked each time. */
export interface Barriers {
  isKnown(url: string, token: string): boolean
  note(url: string, token: string): void
}

/** Disposing gives the store back. A store that nobody borrows is forgotten once it is too old to be used. */
export interface BorrowedStore extends AsyncDisposable {
  store: MemoStore
}

export interface RememberedLimits {
  /** After this time without a borrower, a store holds nothing that may still be used. */
  maxIdleMs: number
  /** Servers and tokens at a time; beyond it, the least recently used store goes. Stores of a running job stay. */
  maxStores: number
}

const rememberedLimits: RememberedLimits = { maxIdleMs: maxReuseMs, maxStores: 4 }

interface Shelf {
  store: Promise<MemoStore>
  borrowers: number
  idle: NodeJS.Timeout | null
}

/**
 * Opens a memory in a folder of its own among the workspaces. If this process dies, the next start removes the folder,
 * as it removes a workspace. `lasting`: the memory is handed from job to job.
 */
export async function openRemembered(
  workspaces: string,
  { lasting, limits = rememberedLimits }: { lasting: boolean; limits?: RememberedLimits },
): Promise<Remembered> {
  await mkdir(workspaces, { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(workspaces, workspacePrefix))
  await writeOwner(folder, await ownIdentity(), false)
  const shelves = new Map<string, Shelf>()

  async function forget(name: string, shelf: Shelf): Promise<void> {
    if (shelf.idle !== null) clearTimeout(shelf.idle)
    if (shelves.get(name) === shelf) shelves.delete(name)
    await (await shelf.store)[Symbol.asyncDispose]()
  }

  async function makeRoom(): Promise<void> {
    const idle = [...shelves].filter(([, { borrowers }]) => borrowers === 0)
    for (const [name, shelf] of idle.slice(0, Math.max(0, shelves.size - limits.maxStores))) await forget(name, shelf)
  }

  function giveBack(name: string, shelf: Shelf): void {
    shelf.borrowers -= 1
    if (shelf.borrowers > 0) return
    shelf.idle = setTimeout(() => void forget(name, shelf).catch(() => undefined), limits.maxIdleMs)
    shelf.idle.unref()
  }

  return {
    lasting,
    barriers: createBarriers(limits),
    async borrow(serverId, token) {
      const name = createHash('sha256').update(`${serverId} ${token}`).digest('hex').slice(0, 24)
      // Each store gets a new folder: the removal of an old one must not take the next store's pictures along.
      const shelf = shelves.get(name) ?? { store: makeStore(folder, name), borrowers: 0, idle: null }
      shelves.delete(name)
      shelves.set(name, shelf)
      shelf.borrowers += 1
      if (shelf.idle !== null) clearTimeout(shelf.idle)
      shelf.idle = null
      await makeRoom()
      const store = await shelf.store
      let given = false
      return {
        store,
        async [Symbol.asyncDispose]() {
          if (!given) giveBack(name, shelf)
          given = true
        },
      }
    },
    async [Symbol.asyncDispose]() {
      for (const [name, shelf] of shelves) await forget(name, shelf)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function createBarriers({ maxIdleMs, maxStores }: RememberedLimits): Barriers {
  const notedAtMs = new Map<string, number>()
  const keyOf = (url: string, token: string) => createHash('sha256').update(`${url} ${token}`).digest('hex')
  return {
    isKnown: (url, token) => performance.now() - (notedAtMs.get(keyOf(url, token)) ?? -Infinity) < maxIdleMs,
    note(url, token) {
      notedAtMs.delete(keyOf(url, token))
      for (const key of [...notedAtMs.keys()].slice(0, Math.max(0, notedAtMs.size - maxStores + 1)))
        notedAtMs.delete(key)
      notedAtMs.set(keyOf(url, token), performance.now())
    },
  }
}

/** The memory that a job uses: the lasting one that it was given, or one of its own. Disposing ends only the latter. */
export async function rememberedFor(remembered: Remembered | undefined, dataDir: string): Promise<Remembered> {
  if (remembered === undefined) return openRemembered(workspacesOf(dataDir), { lasting: false })
  const { borrow, barriers } = remembered
  return { lasting: true, barriers, borrow, [Symbol.asyncDispose]: () => Promise.resolve() }
}

async function makeStore(folder: string, name: string): Promise<MemoStore> {
  return createMemoStore(await mkdtemp(join(folder, `${name}-`)))
}
