import type { ResolveReply, StudioItem } from '../../contract/api/api-items.ts'
import { AppError } from '../../contract/errors.ts'
import type { PlexItem } from '../../plex/items/item.ts'
import { type ResolvedTarget, resolveTargets } from '../../plex/lookup/resolve-target.ts'
import type { LiveConnection } from '../connect/connection.ts'
import { problemOf } from '../http/request-problem.ts'
import { type Catalogue, thumbVersion, toStudioItem } from './catalogue.ts'
import { createItemQueries } from './query-items.ts'

/** The largest number of specs in a pasted text. */
const maxSpecs = 500
const specsAtOnce = 4
const maxCandidates = 12

/** Finds the item that each line of a pasted text names, as `run --target` does. */
export async function resolveItems(
  text: string,
  connection: LiveConnection,
  catalogue: Catalogue,
): Promise<ResolveReply> {
  const specs = splitSpecs(text)
  const queries = createItemQueries()
  const items = new Map<string, StudioItem>()
  const problems: ResolveReply['problems'] = []
  const context = { servers: connection.targetServers, libraries: connection.targetLibraries }
  for (let start = 0; start < specs.length; start += specsAtOnce) {
    const answers = await Promise.all(
      specs.slice(start, start + specsAtOnce).map(async (spec) => {
        try {
          return { spec, found: (await resolveTargets([spec], context))[0] }
        } catch (error) {
          if (error instanceof AppError) return { spec, error }
          throw error
        }
      }),
    )
    for (const { spec, found, error } of answers) {
      if (found) {
        const item = studioItemOf(found, connection, catalogue)
        items.set(`${item.server} ${item.ratingKey}`, item)
      } else if (error) {
        const candidates =
          error.code === 'TARGET_AMBIGUOUS' || error.code === 'TARGET_UNKNOWN'
            ? [...queries.find(catalogue, { q: spec }, 'title', false).slice(0, maxCandidates)]
            : []
        problems.push({
          spec: connection.scrub(spec),
          problem: problemOf(error, connection.scrub),
          candidates: candidates.flatMap((place) => {
            const entry = catalogue.entries[place]
            return entry ? [toStudioItem(entry)] : []
          }),
        })
      }
    }
  }
  return { items: [...items.values()], problems }
}

/** One spec per line. Only a line of ratingKeys may hold several, since a title or an address may have commas. */
function splitSpecs(text: string): string[] {
  const lines = text.split(/\r?\n/).flatMap((line) => (/^[\d,;\s]+$/.test(line) ? line.split(/[,;\s]+/) : [line]))
  return [...new Set(lines.map((line) => line.trim()).filter((line) => line !== ''))].slice(0, maxSpecs)
}

function studioItemOf(found: ResolvedTarget, connection: LiveConnection, catalogue: Catalogue): StudioItem {
  const server = connection.servers.find(({ index }) => String(index) === found.server)
  const id = server?.info?.machineIdentifier ?? ''
  const entry = catalogue.find(id, found.item.ratingKey)
  return entry ? toStudioItem(entry) : bareItem(found.item, id, found.library.libraryName, found.library.sectionId)
}

/** An item that is not in the index yet. */
function bareItem(item: PlexItem, server: string, library: string, sectionId: string): StudioItem {
  const { ratingKey, type, title, year, edition, parentRatingKey, grandparentRatingKey } = item
  const { parentTitle, grandparentTitle, index, parentIndex, labels, addedAt } = item
  return {
    server,
    ratingKey,
    type,
    title,
    year,
    edition,
    library,
    sectionId,
    parentRatingKey,
    grandparentRatingKey,
    parentTitle,
    grandparentTitle,
    index,
    parentIndex,
    resolution: null,
    hdr: null,
    audioCodec: null,
    contentRating: null,
    rating: null,
    wearsOverlay: labels.includes('Overlay'),
    hasBackup: false,
    childCount: 0,
    addedAt: addedAt === null ? null : new Date(addedAt * 1_000).toISOString(),
    thumb: item.thumb === null ? null : thumbVersion(item.thumb),
    shape:
      type === 'episode' ? 'still' : type === 'artist' || type === 'album' || type === 'track' ? 'square' : 'poster',
  }
}
