import { type Call, type Route, type Server, value } from '../../../src/demo/sample-plex/call.ts'
import type { Entry } from '../../../src/demo/sample-plex/model/entry.ts'
import { done, notFound, type Reply } from '../../../src/demo/sample-plex/nodes/reply.ts'
import { section } from '../../../src/demo/sample-plex/query/paging.ts'
import { one, playlistItemStep } from '../../../src/demo/sample-plex/routes/playlist-routes.ts'
import { addMember, badRequest, withEntry } from './edit-routes.ts'

/** Clients make, fill and sort collections and playlists. */
export const listEditRoutes: readonly Route[] = [
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
]

/** The ratingKey of a member; `id` is the playlist's own id for it. */
function memberOf(list: Entry, id: string): string {
  return list.type === 'playlist' ? String(Number(id) - Number(list.ratingKey) * playlistItemStep) : id
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
