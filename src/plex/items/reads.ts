import type { FileHandle } from 'node:fs/promises'
import { AppError } from '../../contract/errors.ts'
import { type ItemType, plexTypeNumbers } from '../../contract/kinds.ts'
import type { PlexConnection } from '../upstream/connection.ts'
import { type PlexPoster, type PlexSections, parsePoster, parseSection } from '../upstream/server-answers.ts'
import { type ImageRead, type ImageReadOptions, readImage } from './image-read.ts'
import { type PlexItem, parsePlexItem } from './item.ts'
import { createContainerReader, type PlexContainer, type ReadContainer } from './read-container.ts'

/** ratingKeys in one read of `/library/metadata/1,2,3`. */
export const itemsPerRead = 50
/** Items in one page of a listing; about 3 MB. */
export const itemsPerPage = 1_000
/** Pages of one listing at most: a server that never ends a listing must not keep us. */
const maxPages = 500
/** What a whole listing may leave out (plexapi's `_EXCLUDES`): a server that does not know these just sends more. */
const bare =
  'excludeElements=Media,Genre,Country,Guid,Rating,Collection,Director,Writer,Role&excludeFields=summary,tagline'
/** A listing page of a large library takes Plex long. */
const listingTimeoutMs = 60_000

/** Our own reads of one Plex server. Each rejects with an AppError (PLEX_*) that names what Plex answered. */
export interface PlexReader {
  sections(): Promise<PlexSections>
  /** How many items of this type the section holds; no item is read. */
  sectionSize(sectionId: string, type: ItemType): Promise<number>
  /** The items that Plex knows among these, in this order; unknown ones are left out. */
  items(ratingKeys: readonly string[]): Promise<PlexItem[]>
  /** Seasons of a show, episodes of a season, albums, tracks; [] for an unknown item. */
  children(ratingKey: string): Promise<PlexItem[]>
  /** All episodes of a show or season; [] for an unknown item. */
  allLeaves(ratingKey: string): Promise<PlexItem[]>
  /** Items whose title contains the text, as Plex compares: at most `limit`. A comma would mean "or" to Plex. */
  search(sectionId: string, type: ItemType, title: string, limit: number): Promise<PlexItem[]>
  /** Every item of this type, page by page. */
  list(sectionId: string, type: ItemType): AsyncIterable<PlexItem[]>
  byGuid(sectionId: string, type: ItemType, guid: string): Promise<PlexItem[]>
  /** The posters that Plex offers for an item. */
  posters(ratingKey: string): Promise<PlexPoster[]>
  /** Streams an image of Plex (a `thumb` or `art` path) into a new file and syncs it. */
  image(path: string, file: string | FileHandle, options?: ImageReadOptions): Promise<ImageRead>
}

/** Reads one server over its connection. `signal` ends every read of this reader. */
export function createPlexReader(connection: PlexConnection, options: { signal?: AbortSignal } = {}): PlexReader {
  const read = createContainerReader(connection, options.signal)
  const { url } = connection.address

  const container = async (target: string, readOptions?: Parameters<ReadContainer>[1]): Promise<PlexContainer | null> =>
    takeContainer(await read(target, readOptions), target, url)
  const present = (answer: PlexContainer | null, target: string): PlexContainer => {
    if (!answer) throw new AppError('PLEX_READ_FAILED', `Plex at ${url} answered 404 for ${pathOf(target)}`)
    return answer
  }

  async function* pages(target: string, pageSize = itemsPerPage): AsyncGenerator<PlexItem[]> {
    let start = 0
    for (let page = 0; page < maxPages; page += 1) {
      const found = await container(target, { page: { start, size: pageSize }, timeoutMs: listingTimeoutMs })
      if (!found) return
      yield itemsOf(found)
      const received = found.Metadata.length + found.Directory.length
      start += received
      // A server that ignores paging sends everything at once and names no totalSize.
      if (received === 0 || start >= (found.totalSize ?? found.size ?? 0)) return
    }
    throw new AppError('PLEX_READ_FAILED', `the listing ${pathOf(target)} of Plex at ${url} does not end`)
  }
  const all = async (target: string): Promise<PlexItem[]> => {
    const items: PlexItem[] = []
    for await (const page of pages(target)) items.push(...page)
    return items
  }

  return {
    async sections() {
      const target = '/library/sections'
      const answer = await read(target)
      const { Directory } = present(takeContainer(answer, target, url), target)
      return { list: Directory.flatMap((element) => parseSection(element) ?? []), digest: answer.digest() }
    },
    async sectionSize(sectionId, type) {
      const target = `/library/sections/${sectionId}/all?type=${plexTypeNumbers[type]}`
      const page = { page: { start: 0, size: 0 }, timeoutMs: listingTimeoutMs }
      const { totalSize, size } = present(await container(target, page), target)
      return totalSize ?? size ?? 0
    },
    async items(ratingKeys) {
      const known = new Map<string, PlexItem>()
      const distinct = [...new Set(ratingKeys)]
      for (let start = 0; start < distinct.length; start += itemsPerRead) {
        for (const item of await readItems(container, distinct.slice(start, start + itemsPerRead)))
          known.set(item.ratingKey, item)
      }
      return distinct.flatMap((key) => known.get(key) ?? [])
    },
    children: (ratingKey) => all(`/library/metadata/${ratingKey}/children?excludeAllLeaves=1`),
    allLeaves: (ratingKey) => all(`/library/metadata/${ratingKey}/allLeaves`),
    async search(sectionId, type, title, limit) {
      const query = `type=${plexTypeNumbers[type]}&title=${encodeURIComponent(title)}`
      const found: PlexItem[] = []
      for await (const page of pages(`/library/sections/${sectionId}/all?${query}`, Math.min(limit, itemsPerPage))) {
        found.push(...page)
        if (found.length >= limit) break
      }
      return found.slice(0, limit)
    },
    list: (sectionId, type) => pages(`/library/sections/${sectionId}/all?type=${plexTypeNumbers[type]}&${bare}`),
    async byGuid(sectionId, type, guid) {
      const query = `type=${plexTypeNumbers[type]}&guid=${encodeURIComponent(guid)}`
      return (await all(`/library/sections/${sectionId}/all?${query}`)).filter((item) => item.guid === guid)
    },
    async posters(ratingKey) {
      const found = await container(`/library/metadata/${ratingKey}/posters`)
      return (found?.Metadata ?? []).flatMap((element) => parsePoster(element) ?? [])
    },
    image: (path, file, { signal, ...imageOptions } = {}) => {
      const signals = [signal, options.signal].filter((one) => one !== undefined)
      return readImage(connection, path, file, {
        ...imageOptions,
        ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
      })
    },
  }
}

/** Plex may answer 404 for a whole list because of one unknown key: then the halves are asked for. */
async function readItems(
  container: (target: string) => Promise<PlexContainer | null>,
  ratingKeys: readonly string[],
): Promise<PlexItem[]> {
  if (ratingKeys.length === 0) return []
  // Without skipRefresh=1 a plain read makes Plex refresh the item (Plex API description 1.2.2).
  const found = await container(`/library/metadata/${ratingKeys.join(',')}?skipRefresh=1`)
  if (found) return itemsOf(found)
  if (ratingKeys.length === 1) return []
  const middle = Math.ceil(ratingKeys.length / 2)
  const firstHalf = await readItems(container, ratingKeys.slice(0, middle))
  return [...firstHalf, ...(await readItems(container, ratingKeys.slice(middle)))]
}

const itemsOf = (container: PlexContainer): PlexItem[] => {
  const section = { sectionId: container.librarySectionID, sectionTitle: container.librarySectionTitle }
  // Older servers list shows, seasons and artists as Directory in JSON too.
  return [...container.Metadata, ...container.Directory].flatMap((element) => parsePlexItem(element, section) ?? [])
}

const pathOf = (target: string): string => target.split('?', 1)[0] ?? target

export const tokenRefused = (url: string): AppError =>
  new AppError('PLEX_TOKEN_REFUSED', `Plex at ${url} refuses the token (401)`, {
    hint: 'Check plex.token: a token ends when its device is signed out or the password changed.',
  })

/** null = Plex says 404: there is no such thing. Every other answer that is no container is an error. */
function takeContainer(
  answer: { status: number; container: PlexContainer | null },
  target: string,
  url: string,
): PlexContainer | null {
  const { status, container } = answer
  if (status === 404) return null
  if (status === 401) throw tokenRefused(url)
  if (status !== 200) {
    throw new AppError('PLEX_READ_FAILED', `Plex at ${url} answered ${status} for ${pathOf(target)}`, {
      ...(status === 503 && { hint: 'Plex is starting or in maintenance: try again later.' }),
    })
  }
  if (!container) {
    throw new AppError(
      'PLEX_READ_FAILED',
      `Plex at ${url} answered ${pathOf(target)} with something that is no Plex data`,
    )
  }
  return container
}
