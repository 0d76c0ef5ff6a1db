import { type Route, value } from '../call.ts'
import type { Entry } from '../model/entry.ts'
import { node } from '../nodes/node.ts'
import { notFound, type Reply } from '../nodes/reply.ts'
import { page } from '../query/paging.ts'
import { fullNode, membersOf } from './item-routes.ts'

/** Reads of playlists. */
export const playlistRoutes: readonly Route[] = [
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

/** The id of a playlist's member is the playlist's ratingKey times this, plus the member's ratingKey. */
export const playlistItemStep = 100_000

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

export function one(entry: Entry | undefined): Reply {
  return entry === undefined ? notFound : { kind: 'container', attrs: { size: 1 }, children: [fullNode(entry)] }
}

/** Playlists name each member by an id of their own. */
function playlistItemId(list: Entry, entry: Entry): number {
  return Number(list.ratingKey) * playlistItemStep + Number(entry.ratingKey)
}
