import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { workspacePrefix, writeOwner } from '../config/stale-workspaces.ts'
import type { PlexReader } from '../plex/reads.ts'
import { createMemoStore, type MemoStore } from '../proxy/memo/memo-store.ts'
import type { Stamps } from '../proxy/memo/stale.ts'
import { ownIdentity } from './process-identity.ts'

/**
 * What was read of Plex, kept from job to job while this lives: whoever runs several jobs (studio, watch mode) hands it
 * to each. Disposing forgets all of it and removes its folder.
 */
export interface Remembered extends AsyncDisposable {
  /** One store for each server and token: two tokens may see different things. */
  store(serverId: string, token: string): Promise<MemoStore>
}

export function createRemembered(folder: string): Remembered {
  const stores = new Map<string, Promise<MemoStore>>()
  return {
    store(serverId, token) {
      const name = createHash('sha256').update(`${serverId} ${token}`).digest('hex').slice(0, 24)
      const known = stores.get(name) ?? createMemoStore(join(folder, name))
      stores.set(name, known)
      return known
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores.values()) await (await store)[Symbol.asyncDispose]()
      stores.clear()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The memory of one job alone, in a folder that the next start removes if this process dies. */
export async function rememberForOneJob(workspaces: string): Promise<Remembered> {
  await mkdir(workspaces, { recursive: true, mode: 0o700 })
  const folder = await mkdtemp(join(workspaces, workspacePrefix))
  await writeOwner(folder, await ownIdentity(), false)
  return createRemembered(folder)
}

/** Plex's own stamps of this moment: of all sections, and of the items that are remembered or wanted. */
export async function readStamps(reader: PlexReader, store: MemoStore, wanted: readonly string[]): Promise<Stamps> {
  const sections = await reader.sections()
  const items = await reader.items([...new Set([...store.items(), ...wanted])])
  return {
    sections: new Map(
      sections.map(({ key, updatedAt, contentChangedAt }) => [key, `${updatedAt} ${contentChangedAt}`]),
    ),
    items: new Map(
      items.flatMap(({ ratingKey, updatedAt }) => (updatedAt === null ? [] : [[ratingKey, String(updatedAt)]])),
    ),
  }
}
