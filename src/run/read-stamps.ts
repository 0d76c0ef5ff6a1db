import type { PlexItem } from '../plex/item.ts'
import type { PlexReader } from '../plex/reads.ts'
import type { MemoStore } from '../proxy/memo/memo-store.ts'
import type { Stamps } from '../proxy/memo/stale.ts'

/**
 * Plex's own stamps: of all sections at this moment, of the items that are wanted as they were read for this job, and of the others
 * that are remembered. A stamp that is older than the answers it stands for is no harm: then these are asked for once more.
 */
export async function readStamps(reader: PlexReader, store: MemoStore, wanted: readonly PlexItem[]): Promise<Stamps> {
  const known = new Set(wanted.map(({ ratingKey }) => ratingKey))
  const [sections, others] = await Promise.all([
    reader.sections(),
    reader.items(store.items().filter((key) => !known.has(key))),
  ])
  return {
    sections: new Map(
      sections.map(({ key, updatedAt, contentChangedAt }) => [key, `${updatedAt} ${contentChangedAt}`]),
    ),
    items: new Map(
      [...wanted, ...others].flatMap(({ ratingKey, updatedAt }) =>
        updatedAt === null ? [] : [[ratingKey, String(updatedAt)]],
      ),
    ),
  }
}
