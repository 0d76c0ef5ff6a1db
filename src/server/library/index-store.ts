import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { PlexSection } from '../../plex/upstream/server-answers.ts'
import { renameOver } from '../../util/files/rename.ts'
import { parseJson } from '../../util/parse-json.ts'
import { createIntern, fromStored, type IndexItem, storedItemSchema, toStored } from './index-item.ts'

const version = 1
const itemsPerLine = 1_000
const headSchema = z.object({
  version: z.literal(version),
  updatedAt: z.number().nullable(),
  contentChangedAt: z.number().nullable(),
  readAt: z.number(),
  count: z.number(),
})
const lineSchema = z.array(storedItemSchema)

/** A section from the store. */
export interface StoredSection {
  items: IndexItem[]
  /** In ms since 1970. */
  readAt: number
}

export interface IndexStore {
  /** The section as it was stored; null if Plex reports a change since, or if it is older than `maxAgeMs`. */
  load(server: string, section: PlexSection, maxAgeMs: number): Promise<StoredSection | null>
  save(server: string, section: PlexSection, items: readonly IndexItem[], readAt: number): Promise<void>
  bytes(): Promise<number>
}

/** Keeps the index between starts, in a file for each section. A damaged file counts as missing. */
export function createIndexStore(folder: string): IndexStore {
  const pathOf = (server: string, section: PlexSection) => join(folder, safe(server), `${safe(section.key)}.jsonl`)
  return {
    async load(server, section, maxAgeMs) {
      const path = pathOf(server, section)
      if ((await stat(path).catch(() => null)) === null) return null
      const items: IndexItem[] = []
      const intern = createIntern()
      let head: z.infer<typeof headSchema> | null = null
      const stream = createReadStream(path, 'utf8')
      try {
        for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
          if (head === null) {
            head = headSchema.safeParse(parseJson(line)).data ?? null
            const changed = head?.updatedAt !== section.updatedAt || head?.contentChangedAt !== section.contentChangedAt
            // The clock may have been set back, so a time in the future counts as old.
            if (head === null || changed || Math.abs(Date.now() - head.readAt) > maxAgeMs) return null
            continue
          }
          const parsed = lineSchema.safeParse(parseJson(line))
          if (!parsed.success) return null
          for (const stored of parsed.data) items.push(fromStored(stored, intern))
        }
      } finally {
        stream.destroy()
      }
      return head !== null && items.length === head.count ? { items, readAt: head.readAt } : null
    },
    async save(server, section, items, readAt) {
      const path = pathOf(server, section)
      await mkdir(join(folder, safe(server)), { recursive: true })
      const temporary = `${path}.tmp`
      const { updatedAt, contentChangedAt } = section
      const file = await open(temporary, 'w', 0o600)
      try {
        await file.write(`${JSON.stringify({ version, updatedAt, contentChangedAt, readAt, count: items.length })}\n`)
        for (let at = 0; at < items.length; at += itemsPerLine) {
          await file.write(`${JSON.stringify(items.slice(at, at + itemsPerLine).map(toStored))}\n`)
        }
      } finally {
        await file.close()
      }
      await renameOver(temporary, path)
    },
    bytes: () => folderBytes(folder),
  }
}

const safe = (name: string): string => name.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_')

/** The size of all files below a folder, in bytes; 0 for a missing folder. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries) {
    if (!entry.isFile()) continue
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0
  }
  return bytes
}
