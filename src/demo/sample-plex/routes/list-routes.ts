import { type Call, type Route, type Server, value } from '../call.ts'
import type { Entry } from '../model/entry.ts'
import { node } from '../nodes/node.ts'
import { badRequest, done, notFound, type Reply } from '../nodes/reply.ts'
import { page, section } from '../query/paging.ts'
import { addMember, withEntry } from './edit-routes.ts'
import { fullNode, membersOf } from './item-routes.ts'

/** Collections and playlists: what holds items, and is made, filled and moved by clients. */
export const listRoutes: readonly Route[] = [
  { method: 'POST', path: /^\/library\/collections$/, handle: createCollection },
  { method: 'POST', path: /^\/playlists$/, handle: createPlaylist },
  { method: 'PUT', path: /^\/(?:library\/collections|playlists)\/(\d+)\/items$/, handle: addItems },
  {
    method: 'DELETE',
    path: /^\/(?:library\/collections|playlists)\/(\d+)\/items\/(\d+)$/,
    handle: (_call, server, [key, item]) =>
      withEntry(server, key, (list) => {
        const member = memberOf(list, item ?? '')
        list.members = (list.members ?? []).filter((held) => held !== member)
        server.store.entries.get(member)?.collections?.delete(list)
        server.store.change(list, {})
      }),
  },
  {
    method: 'PUT',
    path: /^\/(?:library\/collections|playlists)\/(\d+)\/items\/(\d+)\/move$/,
    handle: (call, server, [key, item]) =>
      withEntry(server, key, (list) => {
        const member = memberOf(list, item ?? '')
        const others = (list.members ?? []).filter((held) => held !== member)
        const after = value(call, 'after')
        const at = after === undefined ? 0 : others.indexOf(memberOf(list, after)) + 1
        list.members = [...others.slice(0, at), member, ...others.slice(at)]
        server.store.change(list, {})
      }),
  },
  {
    method: 'GET',
    path: /^\/playlists(?:\/all)?$/,
    handle: (call, server) => {
      const title = value(call, 'title')
      if (value(call, 'type') === '42') return { kind: 'container', attrs: { size: 1 }, children: [conversions] }
      const wanted = server.store.playlists.filter((list) => title === undefined || list.values.title === title)
      return page(call, wanted, {})
    },
  },
  {
    method: 'GET',
    path: /^\/playlists\/(\d+)$/,
    handle: (_call, server, [key]) => one(server.store.entries.get(key ?? '')),
  },
  {
    method: 'GET',
    path: /^\/playlists\/(\d+)\/items$/,
    handle: (call, server, [key]) => {
      if (key === String(conversionsKey)) return { kind: 'container', attrs: { size: 0 }, children: [] }
      const list = server.store.entries.get(key ?? '')
      if (list === undefined) return notFound
      const entries = membersOf(list, server)
      const children = entries.map((entry) => {
        const item = fullNode(entry)
        return node(item.name, { ...item.attrs, playlistItemID: playlistItemId(list, entry) }, item.children)
      })
      const start = call.paging?.start ?? 0
      const shown = call.paging === null ? children : children.slice(start, start + call.paging.size)
      const counts = call.paging === null ? {} : { totalSize: children.length, offset: start }
      return {
        kind: 'container',
        attrs: { size: shown.length, ...counts, composite: '', leafCount: children.length, title: list.values.title },
        children: shown,
      }
    },
  },
]

const conversionsKey = 42_000_000

/** The server's own list of conversions, which python-plexapi adds to when it optimizes. */
const conversions = node('Playlist', {
  ratingKey: String(conversionsKey),
  key: `/playlists/${conversionsKey}/items`,
  type: 'playlist',
  title: 'All Optimized Items',
  smart: false,
  playlistType: 'video',
  leafCount: 0,
})

function one(entry: Entry | undefined): Reply {
  return entry === undefined ? notFound : { kind: 'container', attrs: { size: 1 }, children: [fullNode(entry)] }
}

function playlistItemId(list: Entry, entry: Entry): number {
  return Number(list.ratingKey) * 100_000 + Number(entry.ratingKey)
}

/** The ratingKey of a member, which playlists name by an id of their own. */
function memberOf(list: Entry, id: string): string {
  return list.type === 'playlist' ? String(Number(id) - Number(list.ratingKey) * 100_000) : id
}

function createCollection(call: Call, server: Server): Reply {
  const found = section(server, value(call, 'sectionId'))
  if (found === null) return badRequest
  const { keys, smartFilter } = content(value(call, 'uri') ?? '')
  const { store } = server
  const title = value(call, 'title') ?? 'Collection'
  const entry = store.addCollection(found, {
    ratingKey: store.nextRatingKey(),
    title,
    items: [],
    addedAt: Math.floor(server.clock() / 1000),
  })
  entry.smartFilter = value(call, 'smart') === '1' ? smartFilter : null
  for (const key of keys) addKnown(server, entry, key)
  store.change(entry, {})
  return one(entry)
}

function createPlaylist(call: Call, server: Server): Reply {
  const { keys, smartFilter } = content(value(call, 'uri') ?? '')
  const { store } = server
  const smart = value(call, 'smart') === '1' ? { smartFilter } : {}
  const title = value(call, 'title') ?? 'Playlist'
  const entry = store.addPlaylist({ ratingKey: store.nextRatingKey(), title, items: [], ...smart })
  for (const key of keys) addKnown(server, entry, key)
  server.store.change(entry, {})
  return one(entry)
}

function addItems(call: Call, server: Server, [key]: readonly string[]): Reply {
  const list = server.store.entries.get(key ?? '')
  if (list === undefined) return notFound
  const { keys, smartFilter } = content(value(call, 'uri') ?? '')
  if (list.smartFilter !== null) list.smartFilter = smartFilter
  else for (const item of keys) addKnown(server, list, item)
  server.store.change(list, {})
  return list.type === 'playlist' ? one(list) : done
}

function addKnown(server: Server, list: Entry, key: string): void {
  const entry = server.store.entries.get(key)
  if (entry !== undefined) addMember(server.store, list, entry)
}

/** `server://<machine>/com.plexapp.plugins.library/library/metadata/1,2` or a section's query. */
function content(uri: string): { keys: string[]; smartFilter: string } {
  const path = uri.replace(/^server:\/\/[^/]+\/com\.plexapp\.plugins\.library/, '')
  const keys = /^\/library\/metadata\/([\d,]+)/.exec(path)?.[1]?.split(',') ?? []
  return { keys, smartFilter: path }
}
