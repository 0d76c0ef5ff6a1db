import type { ItemRef } from '../../../contract/api/api-common.ts'
import { AppError } from '../../../contract/errors.ts'
import { type PlexItem, titleWithYear } from '../../../plex/items/item.ts'
import type { TargetLibrary } from '../../../plex/lookup/library-lookup.ts'
import { createTargetIds } from '../../../run/targets/target-id.ts'
import type { LiveConnection } from '../../connect/connection.ts'
import type { JobRecord } from '../store/studio-job-record.ts'

type FoundItems = ReadonlyMap<string, { item: PlexItem; library: TargetLibrary }>

const keyOf = (server: string, ratingKey: string): string => `${server} ${ratingKey}`

/** Makes targets of the chosen items. Throws TARGET_UNKNOWN for an item that Plex does not have in these libraries. */
export async function describeTargets(
  refs: readonly ItemRef[],
  connection: LiveConnection,
): Promise<JobRecord['targets']> {
  const wanted = [...new Map(refs.map((ref) => [keyOf(ref.server, ref.ratingKey), ref])).values()]
  const items = await askPlex(wanted, connection)
  const nextId = createTargetIds()
  return wanted.map(({ server, ratingKey }) => {
    const found = items.get(keyOf(server, ratingKey))
    if (!found) {
      throw new AppError('TARGET_UNKNOWN', `The item ${ratingKey} is in no library with overlays of this config`, {
        hint: 'It may have been removed from Plex: refresh the libraries, then choose again.',
      })
    }
    const { item, library } = found
    return {
      id: nextId(item),
      server,
      ratingKey,
      title: titleWithYear(item),
      type: item.type,
      library: library.libraryName,
      mapping: library.mappingName,
    }
  })
}

/** Plex is asked for the items, since the index may be older than Plex. */
async function askPlex(wanted: readonly ItemRef[], connection: LiveConnection): Promise<FoundItems> {
  const items = new Map<string, { item: PlexItem; library: TargetLibrary }>()
  for (const { info, reader, index } of connection.servers) {
    const id = info?.machineIdentifier
    const keys = wanted.filter(({ server }) => server === id).map(({ ratingKey }) => ratingKey)
    if (id === undefined || keys.length === 0) continue
    for (const item of await reader.items(keys)) {
      const library = connection.targetLibraries.find(
        ({ server, sectionId }) => server === String(index) && sectionId === item.sectionId,
      )
      if (library) items.set(keyOf(id, item.ratingKey), { item, library })
    }
  }
  return items
}
