import { thumbnailWidths } from '../../contract/api/api-paths.ts'
import { itemTypes } from '../../contract/kinds.ts'
import { notFound, RequestProblem } from '../http/request-problem.ts'
import type { Handlers } from '../http/router.ts'
import { sendFile } from '../http/send-file.ts'
import { thumbVersion, toStudioItem } from '../library/catalogue.ts'
import type { Entry } from '../library/entry.ts'
import { countFacets } from '../library/query-items.ts'
import { resolveItems } from '../library/resolve-items.ts'
import { smartSample } from '../library/smart-sample.ts'
import { limits } from '../limits.ts'
import { openThumbnail } from '../pictures/thumbnails.ts'
import type { StudioParts } from './studio-parts.ts'

type Names =
  | 'getIndex'
  | 'refreshIndex'
  | 'listItems'
  | 'itemFacets'
  | 'lookUpItems'
  | 'resolveItems'
  | 'sampleItems'
  | 'itemThumbnail'
  | 'listSets'
  | 'createSet'
  | 'updateSet'
  | 'deleteSet'

/** The Choose screen. */
export function itemRoutes(parts: StudioParts): Handlers<Names> {
  const { index, queries, connections, sets, thumbnails } = parts
  const entriesOf = (refs: readonly { server: string; ratingKey: string }[]): Entry[] =>
    refs.flatMap(({ server, ratingKey }) => index.catalogue().find(server, ratingKey) ?? [])

  return {
    getIndex: () => index.state(),
    refreshIndex() {
      connections.required()
      index.refresh()
      return index.state()
    },
    listItems({ query }) {
      const catalogue = index.catalogue()
      const { sort, descending, offset, limit, ...filter } = query
      const order = sort ?? (filter.parent === undefined ? 'title' : 'order')
      const found = queries.find(catalogue, filter, order, descending ?? false)
      const items = [...found.subarray(offset, offset + limit)].flatMap((place) => {
        const entry = catalogue.entries[place]
        return entry ? [toStudioItem(entry)] : []
      })
      const parents = filter.parent === undefined ? [] : parentsOf(parts, filter.server, filter.parent)
      return { revision: catalogue.revision, total: found.length, offset, items, parents }
    },
    itemFacets: ({ query }) => countFacets(index.catalogue(), query),
    lookUpItems({ body }) {
      const catalogue = index.catalogue()
      const unknown = body.items.filter(({ server, ratingKey }) => !catalogue.find(server, ratingKey))
      return { items: entriesOf(body.items).map(toStudioItem), unknown }
    },
    resolveItems: ({ body }) => resolveItems(body.text, connections.required(), index.catalogue()),
    sampleItems({ body }) {
      const catalogue = index.catalogue()
      const { filter, count, chosen } = body
      // A sample has items of all types, unless the user has chosen types or a parent.
      const wide =
        filter.type === undefined && filter.parent === undefined ? { ...filter, type: [...itemTypes] } : filter
      const places = queries.find(catalogue, wide, 'title', false)
      const sample = smartSample(catalogue, places, entriesOf(chosen), count)
      return { items: sample.map(({ entry, shows }) => ({ item: toStudioItem(entry), shows })) }
    },
    async itemThumbnail({ params, query, signal, context }) {
      const width = thumbnailWidths.find((one) => one === query.w)
      if (width === undefined) throw new RequestProblem(400, 'BAD_REQUEST', 'There are no pictures of this width.')
      const { reader, path } = await pictureOf(parts, params)
      const version = thumbVersion(path)
      const thumbnail = await thumbnails.get(
        {
          key: `${params.server} ${path}`,
          width,
          async fetch(file, wanted) {
            await reader.image(path, file, { maxBytes: limits.maxThumbnailSourceBytes, signal: wanted })
            return undefined
          },
        },
        signal,
      )
      const immutable = query.v === version
      return sendFile(await openThumbnail(thumbnail), context.req.raw, {
        type: 'image/webp',
        etag: thumbnail.etag,
        immutable,
      })
    },
    listSets: () => ({ sets: sets.list() }),
    createSet: ({ body }) => sets.create(body),
    updateSet: ({ params, body }) => sets.update(params.setId, body),
    async deleteSet({ params }) {
      await sets.remove(params.setId)
      return undefined
    },
  }
}

function parentsOf({ index }: StudioParts, server: string | undefined, parent: string) {
  const catalogue = index.catalogue()
  const found = catalogue.entries.find(
    ({ item, section }) => item.ratingKey === parent && (server === undefined || section.server === server),
  )
  if (!found) return []
  const above = found.item.parentRatingKey
  const grandparent = above === null ? undefined : catalogue.find(found.section.server, above)
  return [...(grandparent ? [grandparent] : []), found].map(toStudioItem)
}

/** The path of an item's picture on Plex, and what reads it there. The path never comes from the browser. */
async function pictureOf(
  { index, connections }: StudioParts,
  { server, ratingKey }: { server: string; ratingKey: string },
) {
  const live = connections.current()?.servers.find(({ info }) => info?.machineIdentifier === server)
  if (!live) throw notFound('This server is not connected.')
  const known = index.catalogue().find(server, ratingKey)
  let path = known?.item.thumb ?? null
  if (!known) {
    const [item] = await live.reader.items([ratingKey])
    path = item?.thumb ?? item?.parentThumb ?? item?.grandparentThumb ?? null
  }
  if (path === null) throw new RequestProblem(404, 'PICTURE_UNAVAILABLE', 'Plex has no picture of this item.')
  return { reader: live.reader, path }
}
