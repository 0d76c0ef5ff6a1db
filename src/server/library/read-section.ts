import { z } from 'zod'
import { AppError } from '../../contract/errors.ts'
import { type ItemType, plexTypeNumbers } from '../../contract/kinds.ts'
import { readFailure } from '../../plex/items/read-container.ts'
import type { PlexConnection } from '../../plex/upstream/connection.ts'
import { classifyRead } from '../../policy/classify-read.ts'
import { metaResource, parseSectionMeta, plainMeta, type SectionMeta } from '../../policy/section-meta.ts'
import { parseJson } from '../../util/parse-json.ts'
import { limits } from '../limits.ts'
import { createIntern, type IndexItem, parseIndexItem } from './index-item.ts'

/** The types of items that are indexed, for each type of section, from the top down. Tracks have no overlays. */
export const indexedTypes: Readonly<Record<string, readonly ItemType[]>> = {
  movie: ['movie'],
  show: ['show', 'season', 'episode'],
  artist: ['artist', 'album'],
}
/** Leaves out what the index does not need. Media stays. */
const bare =
  'excludeElements=Genre,Country,Guid,Rating,Collection,Director,Writer,Role,Producer,Image&excludeFields=summary,tagline'
const timeoutMs = 60_000
const maxAnswerBytes = 32 * 1024 * 1024
const keysPerPage = 5_000

export interface ReadProgress {
  done: number
  total: number
}

const count = z
  .union([z.number(), z.string().transform(Number)])
  .nullish()
  .catch(null)
const answerSchema = z.object({
  MediaContainer: z.object({
    size: count,
    totalSize: count,
    Metadata: z.array(z.unknown()).nullish().catch(null),
    Directory: z.array(z.unknown()).nullish().catch(null),
  }),
})
type Container = z.infer<typeof answerSchema>['MediaContainer']

/**
 * Reads all items of a section from Plex, page by page: first the listings, then the ratingKeys that Plex finds for the
 * label Overlay, for HDR and for Dolby Vision, since listings hold neither labels nor streams. Rejects with PLEX_*.
 */
export async function readSection(
  connection: PlexConnection,
  section: { key: string; type: string },
  options: { signal: AbortSignal; onPage(items: readonly IndexItem[], progress: ReadProgress): void },
): Promise<IndexItem[]> {
  const read = createReader(connection, section.key, options.signal)
  const types = indexedTypes[section.type] ?? []
  const intern = createIntern()
  const sizes = new Map<ItemType, number>()
  for (const type of types) sizes.set(type, await read.size(type))
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  if (total > limits.maxIndexItems) {
    throw new AppError('LIBRARY_TOO_LARGE', `The library has more than ${limits.maxIndexItems} items`)
  }
  const items: IndexItem[] = []
  for (const type of types) {
    for await (const page of read.pages(`type=${plexTypeNumbers[type]}&${bare}`, limits.indexPageItems)) {
      for (const element of page) {
        const item = parseIndexItem(element, intern)
        if (item) items.push(item)
      }
      options.onPage(items, { done: items.length, total: Math.max(total, items.length) })
    }
  }
  const byKey = new Map(items.map((item) => [item.ratingKey, item]))
  const mark = async (keys: AsyncIterable<string[]>, change: (item: IndexItem) => void) => {
    for await (const page of keys) {
      for (const key of page) {
        const item = byKey.get(key)
        if (item) change(item)
      }
    }
  }
  const meta = await read.meta()
  for (const type of types) {
    for (const label of await read.overlayLabels(type)) {
      await mark(read.found(type, 'label', label), (item) => {
        item.wearsOverlay = true
      })
    }
    if (type !== 'movie' && type !== 'episode') continue
    for (const [field, hdr] of [
      ['hdr', 'hdr'],
      ['dovi', 'dv'],
    ] as const) {
      if (!meta.fields.has(field)) continue
      await mark(read.found(type, field, '1', meta), (item) => {
        item.hdr = hdr
      })
    }
  }
  return items
}

function createReader(connection: PlexConnection, section: string, signal: AbortSignal) {
  const { url } = connection.address

  async function get(target: string, accept: string, page?: { start: number; size: number }, meta = plainMeta) {
    const context = { section: () => meta, listedArtwork: () => false }
    const verdict = classifyRead({ method: 'GET', rawResource: target, context })
    if (!verdict.ok) throw new Error(`not on the list of reads: ${target}: ${verdict.reason}`)
    const timeout = AbortSignal.timeout(timeoutMs)
    const paging = page && {
      'x-plex-container-start': String(page.start),
      'x-plex-container-size': String(page.size),
    }
    try {
      return await connection.get(
        {
          method: 'GET',
          resource: verdict.resource,
          headers: { accept, ...paging },
          signal: AbortSignal.any([signal, timeout]),
        },
        { maxBytes: maxAnswerBytes },
      )
    } catch (error) {
      throw readFailure(error, { url, timeoutMs, timeout, signal })
    }
  }

  async function container(
    target: string,
    page?: { start: number; size: number },
    meta?: SectionMeta,
  ): Promise<Container> {
    const { status, body } = await get(target, 'application/json', page, meta)
    const parsed = status === 200 ? answerSchema.safeParse(parseJson(body.toString('utf8'))) : null
    if (parsed?.success) return parsed.data.MediaContainer
    throw new AppError('PLEX_READ_FAILED', `Plex at ${url} answered ${status} for ${target.split('?', 1)[0]}`)
  }

  async function* pages(query: string, size: number, meta?: SectionMeta): AsyncGenerator<unknown[]> {
    const target = `/library/sections/${section}/all?${query}`
    for (let start = 0; start < limits.maxIndexItems; ) {
      const found = await container(target, { start, size }, meta)
      const elements = [...(found.Metadata ?? []), ...(found.Directory ?? [])]
      yield elements
      start += elements.length
      if (elements.length === 0 || start >= (found.totalSize ?? found.size ?? 0)) return
    }
  }

  return {
    pages,
    async size(type: ItemType): Promise<number> {
      const target = `/library/sections/${section}/all?type=${plexTypeNumbers[type]}`
      const { totalSize, size } = await container(target, { start: 0, size: 0 })
      return totalSize ?? size ?? 0
    },
    async meta(): Promise<SectionMeta> {
      const { status, body } = await get(metaResource(section), 'application/xml')
      // A server without Meta has none of the fields that we would ask for.
      return status === 200 ? parseSectionMeta(body.toString('utf8')) : plainMeta
    },
    /** The key of the label that Kometa sets (overlays.py:693), in a list; [] if no item has overlays. */
    async overlayLabels(type: ItemType): Promise<string[]> {
      const { Directory } = await container(`/library/sections/${section}/label?type=${plexTypeNumbers[type]}`)
      return (Directory ?? []).flatMap((element) => {
        const label = labelSchema.safeParse(element)
        return label.success && label.data.title === 'Overlay' ? [label.data.key] : []
      })
    },
    /**
     * The ratingKeys that Plex finds for a field. Fields of other items than films begin with the type (plexapi
     * library.py:2852).
     */
    async *found(type: ItemType, field: string, value: string, meta?: SectionMeta): AsyncGenerator<string[]> {
      const name = type === 'movie' ? field : `${type}.${field}`
      const withoutMedia = bare.replace('excludeElements=', 'excludeElements=Media,')
      const query = `type=${plexTypeNumbers[type]}&${name}=${value}&${withoutMedia}`
      for await (const page of pages(query, keysPerPage, meta)) {
        yield page.flatMap((element) => keySchema.safeParse(element).data?.ratingKey ?? [])
      }
    },
  }
}

const keySchema = z.object({ ratingKey: z.union([z.string(), z.number()]).transform(String) })
const labelSchema = z.object({
  key: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(/^\d{1,18}$/)),
  title: z.string(),
})
