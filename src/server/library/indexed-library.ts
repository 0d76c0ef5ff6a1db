import { join } from 'node:path'
import { backupFolderName } from '../../config/workspace/backups.ts'
import type { IndexState } from '../../contract/api/api-items.ts'
import type { PlexSection } from '../../plex/upstream/server-answers.ts'
import type { LiveConnection } from '../connect/connection.ts'
import type { LiveServer } from '../connect/live-server.ts'
import type { SectionItems } from './entry.ts'
import type { IndexItem } from './index-item.ts'

/** A Plex section that is indexed, and how far that is. */
export interface IndexedLibrary {
  server: LiveServer
  serverId: string
  section: PlexSection
  /** The keys under `libraries:` that name this section. */
  mappings: string[]
  state: IndexState['libraries'][number]
  items: readonly IndexItem[]
  backups: ReadonlySet<string>
}

/**
 * The Plex sections of the libraries that can be previewed, with the items that an earlier connection has read of them.
 */
export function listLibraries(connection: LiveConnection, before: readonly IndexedLibrary[]): IndexedLibrary[] {
  const found: IndexedLibrary[] = []
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

/** The ratingKeys of the items whose clean original Kometa keeps (library.py:64-66). */
export async function listBackups(
  connection: LiveConnection | null,
  mappings: readonly string[],
): Promise<Set<string>> {
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

export function toSectionItems({ serverId: server, section, items }: IndexedLibrary): SectionItems {
  return { server, sectionId: section.key, title: section.title, items }
}
