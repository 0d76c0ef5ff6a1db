import type { FileHandle } from 'node:fs/promises'
import { AppError } from '../../contract/errors.ts'
import { type ItemType, plexTypeNumbers } from '../../contract/kinds.ts'
import type { PlexConnection } from '../upstream/connection.ts'
import { type PlexPoster, type PlexSections, parsePoster, parseSection } from '../upstream/server-answers.ts'
import { type ImageRead, type ImageReadOptions, readImage } from './image-read.ts'
import { type PlexItem, parsePlexItem } from './item.ts'
import { createContainerReader, type PlexContainer, type ReadContainer } from './read-container.ts'

/** How many ratingKeys one read of `/library/metadata/1,2,3` asks for. */
export const itemsPerRead = 50
/** How many items one page of a listing has; a page is about 3 MB. */
export const itemsPerPage = 1_000
/** The most pages of one listing: a server whose listing never ends must not block us. */
const maxPages = 500
/** What a full listing may omit (plexapi's `_EXCLUDES`). A server that does not know these parameters sends more. */
const bare =
  'excludeElements=Media,Genre,Country,Guid,Rating,Collection,Director,Writer,Role&excludeFields=summary,tagline'
/** Time limit for a listing page, because a large library takes Plex long. */
const listingTimeoutMs = 60_000

/** Our own reads of one Plex server. Each rejects with an AppError (PLEX_*) that names Plex's answer. */
export interface PlexReader {
  sections(): Promise<PlexSections>
  /** The number of items of this type in the section; the items themselves are not read. */
  sectionSize(sectionId: string, type: ItemType): Promise<number>
  /** The items that Plex knows, in the given order; unknown ones are left out. */
  items(ratingKeys: readonly string[]): Promise<PlexItem[]>
  /** Seasons of a show, episodes of a season, albums, tracks; [] for an unknown item. */
  children(ratingKey: string): Promise<PlexItem[]>
  /** All episodes of a show or season; [] for an unknown item. */
  allLeaves(ratingKey: string): Promise<PlexItem[]>
  /** At most `limit` items whose title contains the text, as Plex compares it. Plex reads a comma as "or". */
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
      // A server that ignores paging sends everything in one answer and gives no totalSize.
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

/** Plex may answer 404 for the whole list because of one unknown key; each half is then read separately. */
async function readItems(
  container: (target: string) => Promise<PlexContainer | null>,
  ratingKeys: readonly string[],
): Promise<PlexItem[]> {
  if (ratingKeys.length === 0) return []
  // Without skipRefresh=1, a plain read makes Plex refresh the item (Plex API description 1.2.2).
  const found = await container(`/library/metadata/${ratingKeys.join(',')}?skipRefresh=1`)
  if (found) return itemsOf(found)
  if (ratingKeys.length === 1) return []
  const middle = Math.ceil(ratingKeys.length / 2)
  const firstHalf = await readItems(container, ratingKeys.slice(0, middle))
  return [...firstHalf, ...(await readItems(container, ratingKeys.slice(middle)))]
}

const itemsOf = (container: PlexContainer): PlexItem[] => {
  const section = { sectionId: container.librarySectionID, sectionTitle: container.librarySectionTitle }
  // Older servers list shows, seasons and artists as Directory in JSON.
  return [...container.Metadata, ...container.Directory].flatMap((element) => parsePlexItem(element, section) ?? [])
}

const pathOf = (target: string): string => target.split('?', 1)[0] ?? target

export const tokenRefused = (url: string): AppError =>
  new AppError('PLEX_TOKEN_REFUSED', `Plex at ${url} refuses the token (401)`, {
    hint: 'Check plex.token: a token ends when its device is signed out or the password changed.',
  })

/** Takes the container of an answer; null for a 404. Any other answer without a container is an error. */
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
