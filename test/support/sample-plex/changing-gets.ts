import { type Route, value } from '../../../src/demo/sample-plex/call.ts'
import { done } from '../../../src/demo/sample-plex/nodes/reply.ts'
import { happen, withEntry } from './edit-routes.ts'

/** The GETs that change something in Plex. */
export function changingGets(): Route[] {
  const record = (path: RegExp): Route => ({
    method: 'GET',
    path,
    changes: true,
    handle: (call, server) => {
      server.store.record(`GET ${call.resource}`)
      return done
    },
  })
  const onItem = (path: RegExp, event: string): Route => ({
    method: 'GET',
    path,
    changes: true,
    handle: (call, server) =>
      withEntry(server, value(call, 'key') ?? value(call, 'ratingKey'), (entry) => {
        if (event === 'scrobble') server.store.change(entry, { viewCount: (entry.values.viewCount ?? 0) + 1 })
        if (event === 'unscrobble') server.store.change(entry, { viewCount: 0 })
        if (event === 'rate') server.store.change(entry, { userRating: Number(value(call, 'rating') ?? -1) })
        happen(server.store, entry, event)
      }),
  })
  const scrobble = ['scrobble', 'unscrobble', 'rate', 'progress', 'timeline'].map((event) =>
    onItem(new RegExp(`^/:/${event}$`), event),
  )
  const byPut = scrobble.map((route): Route => ({ ...route, method: 'PUT' }))
  return [
    ...scrobble,
    ...byPut,
    record(/^\/library\/sections\/(?:all|\d+)\/refresh$/),
    record(/^\/status\/sessions\/terminate$/),
    record(/^\/security\/token$/),
    record(/^\/player\/[a-z]+\/[A-Za-z]+$/),
    record(/^\/(?:video|audio|music|photo)\/:\/transcode(?:\/.*)?$/),
    record(/^\/log(?:\/networked)?$/),
  ]
}
