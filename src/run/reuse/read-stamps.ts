import type { PlexItem } from '../../plex/items/item.ts'
import type { PlexReader } from '../../plex/items/reads.ts'
import type { Preflight } from '../../plex/upstream/preflight.ts'
import type { MemoStore } from '../../proxy/memo/memo-store.ts'
import type { Stamps } from '../../proxy/memo/stale.ts'

/**
 * Plex's own stamps of the server, of all sections, of the items that this job has read, and of the other items that
 * are remembered. A stamp that is older than the answers that it stands for does no harm: they are asked for once more.
 */
export async function readStamps(
  { reader, info }: { reader: PlexReader; info: Preflight },
  store: MemoStore,
  wanted: readonly PlexItem[],
): Promise<Stamps> {
  const { sections, digests } = info
  const known = new Set(wanted.map(({ ratingKey }) => ratingKey))
  const others = await reader.items(store.items().filter((key) => !known.has(key)))
  return {
    server: digests,
    sections: new Map(
      sections.map(({ key, updatedAt, contentChangedAt }) => [key, `${updatedAt} ${contentChangedAt}`]),
    ),
    items: new Map(
      [...wanted, ...others].flatMap(({ ratingKey, stamp }) => (stamp === null ? [] : [[ratingKey, stamp]])),
    ),
  }
}
