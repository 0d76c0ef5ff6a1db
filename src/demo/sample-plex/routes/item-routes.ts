import { artworkKindNamed, artworkTable, type KeptKind, keptKinds } from '../../../contract/artwork-kinds.ts'
import { type Call, isOn, type Route, type Server, value } from '../call.ts'
import type { Entry } from '../model/entry.ts'
import { imagesOf, shownImage } from '../model/images.ts'
import type { SampleImage } from '../model/model.ts'
import { itemNode } from '../nodes/item-node.ts'
import { sniffMediaType } from '../nodes/media-type.ts'
import { node } from '../nodes/node.ts'
import { notFound, type Reply } from '../nodes/reply.ts'
import { sectionAttrs } from '../nodes/section-node.ts'
import { fields, leavesOf } from '../query/fields.ts'
import { page } from '../query/paging.ts'
import { parseMediaQuery, queryPairs } from '../query/query.ts'

/** The kind that a name in a path stands for; each kind has two names. */
export function keptKindNamed(name = ''): KeptKind | undefined {
  const kind = artworkKindNamed(name)
  return kind && artworkTable[kind].keptAs
}

const lists = keptKinds.map((kind) => artworkTable[kind].list)
const elements = keptKinds.map((kind) => artworkTable[kind].shownAt)

export const itemRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/library\/metadata\/(\d+(?:,\d+)*)$/,
    handle: (call, server, [keys]) => items(call, server, keys ?? ''),
  },
  {
    method: 'GET',
    path: /^\/library\/collections\/(\d+)$/,
    handle: (call, server, [key]) => items(call, server, key ?? ''),
  },
  { method: 'GET', path: /^\/library\/metadata\/(\d+)\/(children|allLeaves|grandchildren)$/, handle: inside },
  { method: 'GET', path: /^\/library\/collections\/(\d+)\/(children|items)$/, handle: inside },
  {
    method: 'GET',
    path: new RegExp(`^/library/metadata/(\\d+)/(${lists.join('|')})$`),
    handle: (_call, server, [key, list]) => pictures(server.store.entries.get(key ?? ''), keptKindNamed(list)),
  },
  {
    method: 'GET',
    path: /^\/library\/metadata\/(\d+)\/file$/,
    handle: (call, server, [key]) => file(call, server.store.entries.get(key ?? '')),
  },
  {
    method: 'GET',
    path: new RegExp(`^/library/metadata/(\\d+)/(${elements.join('|')})(?:/\\d+)?$`),
    handle: (_call, server, [key, name]) => shown(server.store.entries.get(key ?? ''), keptKindNamed(name)),
  },
  {
    method: 'GET',
    path: /^\/library\/metadata\/(\d+)\/(?:related|similar|nearest|extras|reviews|subtitles|matches|tree|matches)$/,
    handle: (_call, server, [key]) => nothing(server, key),
  },
]

function items(call: Call, server: Server, keys: string): Reply {
  const entries = keys.split(',').flatMap((key) => server.store.entries.get(key) ?? [])
  const [first] = entries
  if (first === undefined) return notFound
  const preferences = isOn(call, 'includePreferences')
  const attrs = {
    size: entries.length,
    allowSync: true,
    identifier: 'com.plexapp.plugins.library',
    librarySectionID: first.section?.key,
    librarySectionTitle: first.section?.title,
    librarySectionUUID: first.section?.uuid,
    mediaTagPrefix: '/system/bundle/media/flags/',
    mediaTagVersion: 1_730_000_000,
  }
  return { kind: 'items', attrs, entries, view: { full: true, guids: true, preferences } }
}

function inside(call: Call, server: Server, [key, what]: readonly string[]): Reply {
  const entry = server.store.entries.get(key ?? '')
  if (entry === undefined) return notFound
  const all =
    what === 'allLeaves'
      ? leavesOf(entry)
      : what === 'grandchildren'
        ? entry.children.flatMap((child) => child.children)
        : membersOf(entry, server)
  const index = value(call, 'index')
  const entries = index === undefined ? all : all.filter(({ values }) => values.index === Number(index))
  const attrs =
    entry.section === null ? {} : sectionAttrs(entry.section, entry.values.title, entries[0]?.type ?? entry.type)
  return page(call, entries, {
    ...attrs,
    key: entry.ratingKey,
    parentTitle: entry.values.title,
    parentYear: entry.values.year,
  })
}

/** The members of an item, collection or playlist. A smart list asks its query for them. */
export function membersOf(entry: Entry, server: Server): readonly Entry[] {
  if (entry.members === null) return entry.children
  if (entry.smartFilter === null) return entry.members.flatMap((key) => server.store.entries.get(key) ?? [])
  const [path, search] = entry.smartFilter.split('?')
  const number = /\/library\/sections\/(\d+)\//.exec(path ?? '')?.[1]
  const section = number === undefined ? entry.section : server.store.sections.get(Number(number))
  if (section === null || section === undefined) return []
  return server.lister.list(
    section,
    parseMediaQuery(queryPairs(search ?? ''), (name) => fields.has(name)),
  )
}

function pictures(entry: Entry | undefined, kind: KeptKind | undefined): Reply {
  if (entry === undefined || kind === undefined) return notFound
  const current = shownImage(entry, kind)
  const listed = imagesOf(entry, kind).filter(({ unlisted }) => unlisted !== true)
  const children = listed.map((image) => {
    const key = pictureKey(entry, image)
    return node('Photo', {
      key,
      provider: image.provider,
      ratingKey: image.ratingKey,
      selected: image === current,
      thumb: key,
    })
  })
  const attrs = {
    size: children.length,
    identifier: 'com.plexapp.plugins.library',
    mediaTagPrefix: '/system/bundle/media/flags/',
    mediaTagVersion: 1_730_000_000,
  }
  return { kind: 'container', attrs, children }
}

/** A picture on another server has its own address; a picture that Plex keeps has `file?url=`. */
function pictureKey(entry: Entry, image: SampleImage): string {
  if (/^https?:/.test(image.ratingKey)) return image.ratingKey
  return `/library/metadata/${entry.ratingKey}/file?url=${encodeURIComponent(image.ratingKey)}`
}

async function file(call: Call, entry: Entry | undefined): Promise<Reply> {
  const url = value(call, 'url')
  if (entry === undefined || url === undefined) return notFound
  const image = keptKinds.flatMap((kind) => imagesOf(entry, kind)).find((held) => held.ratingKey === url)
  return image === undefined ? notFound : picture(image)
}

async function shown(entry: Entry | undefined, kind: KeptKind | undefined): Promise<Reply> {
  const image = entry === undefined || kind === undefined ? undefined : shownImage(entry, kind)
  return image === undefined ? notFound : picture(image)
}

async function picture(image: SampleImage): Promise<Reply> {
  // Kometa accepts image/jpeg, image/png and image/webp, in exactly this spelling.
  const bytes = await image.read()
  return { kind: 'bytes', mediaType: sniffMediaType(bytes) ?? image.mediaType, bytes }
}

function nothing(server: Server, key: string | undefined): Reply {
  return server.store.entries.has(key ?? '') ? { kind: 'container', attrs: { size: 0 }, children: [] } : notFound
}

export function fullNode(entry: Entry) {
  return itemNode(entry, { full: true, guids: true })
}
