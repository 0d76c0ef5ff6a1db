import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { workspacePrefix, writeOwner } from '../../config/workspace/stale-workspaces.ts'
import { createMemoStore, type MemoStore } from '../../proxy/memo/memo-store.ts'
import { maxReuseMs } from '../../proxy/memo/stale.ts'
import { ownIdentity } from '../../util/process-identity.ts'

/**
 * What was read of Plex, kept from job to job while this lives: whoever runs several jobs (studio, watch mode) hands it
 * to each. Disposing forgets all of it and removes its folder.
 */
export interface Remembered extends AsyncDisposable {
  readonly barriers: Barriers
  /** False when it ends with the job: then nothing has to be known for the next one. */
  readonly lasting: boolean
  /** The store of one server and token, for one job: two tokens may see different things. */
  borrow(serverId: string, token: string): Promise<BorrowedStore>
}

/** Servers that refused a read without the token within the last ten minutes: one that did not is asked again each time. */
export interface Barriers {
  isKnown(url: string, token: string): boolean
  note(url: string, token: string): void
}

/** Disposing gives it back: what nobody borrows is forgotten when it has become too old to be used. */
export interface BorrowedStore extends AsyncDisposable {
  store: MemoStore
}

export interface RememberedLimits {
  /** A store that nobody has borrowed for so long holds nothing that may be used. */
  maxIdleMs: number
  /** Servers and tokens at a time; past it the store that was used longest ago goes. Those of a running job stay. */
  maxStores: number
}

const rememberedLimits: RememberedLimits = { maxIdleMs: maxReuseMs, maxStores: 4 }

interface Shelf {
  store: Promise<MemoStore>
  borrowers: number
  idle: NodeJS.Timeout | null
}

/**
 * Opens a memory in a folder of its own among the workspaces, by whose rules the next start removes it if this process dies.
 * `lasting`: it is handed from job to job.
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
      // Another folder each time: one that is being removed must not take the next one's pictures along.
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

/** The same memory for one job, which does not end with it. */
export const lend = ({ borrow, barriers }: Remembered): Remembered => ({
  lasting: true,
  barriers,
  borrow,
  [Symbol.asyncDispose]: () => Promise.resolve(),
})

async function makeStore(folder: string, name: string): Promise<MemoStore> {
  return createMemoStore(await mkdtemp(join(folder, `${name}-`)))
}
