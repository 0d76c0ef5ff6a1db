import type { Resource } from '../../policy/resource.ts'
import { queryValue } from '../../policy/upload-path.ts'

/** What a blocked write is answered. */
export interface WriteAnswer {
  status: 200
  contentType: string
  body: string
}

// XML needs its charset: with a bare text/xml python's requests decodes ISO-8859-1.
const xmlType = 'text/xml;charset=utf-8'
const nothing: WriteAnswer = { status: 200, contentType: 'text/html', body: '' }

/** ratingKey of what a client believes it created. No server has it: a later read of it is Plex's own 404. */
const imaginedKey = '999999999'

/** Writes whose answer python-plexapi indexes or reads attributes of (method, path, answer). */
const answered: readonly { method: RegExp; path: RegExp; answer: (target: Resource) => string }[] = [
  // playlist.py:364,381: `query(...)[0]` must be the new Playlist
  { method: /^POST$/, path: /^\/playlists$/, answer: createdPlaylist },
  // collection.py:439,456: `query(...)[0]` must be the new collection
  { method: /^POST$/, path: /^\/library\/collections$/, answer: createdCollection },
  // playqueue.py:191-313: the answer's attributes are read
  { method: /^(POST|PUT|DELETE)$/, path: /^\/playQueues(\/.*)?$/, answer: emptyPlayQueue },
  // server.py:204,211: `Account(self, data)` reads attributes
  { method: /^POST$/, path: /^\/myplex\/claim$/, answer: () => '<MyPlex/>' },
  { method: /^DELETE$/, path: /^\/myplex\/account$/, answer: () => '<MyPlex/>' },
]

/**
 * The answer that Plex gives to a write that succeeded: 200, `text/html`, empty (71 of the 130 writes of its API), XML where
 * python-plexapi reads it, `{}` only for a client that asks for JSON. `{}` to plexapi is a ParseError: Kometa then retries 50 s.
 */
export function answerWrite(method: string, target: Resource, accept: string | undefined): WriteAnswer {
  if (accept?.toLowerCase().includes('application/json')) {
    return { status: 200, contentType: 'application/json', body: '{}' }
  }
  const known = answered.find((entry) => entry.method.test(method) && entry.path.test(target.path))
  if (!known) return nothing
  return {
    status: 200,
    contentType: xmlType,
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${known.answer(target)}\n`,
  }
}

function createdPlaylist(target: Resource): string {
  const type = attribute(queryValue(target, 'type') ?? 'video')
  const smart = queryValue(target, 'smart') === '1' ? '1' : '0'
  const title = attribute(queryValue(target, 'title') ?? '')
  return `<MediaContainer size="1"><Playlist ratingKey="${imaginedKey}" key="/playlists/${imaginedKey}/items" guid="com.plexapp.agents.none://${imaginedKey}" type="playlist" title="${title}" summary="" smart="${smart}" playlistType="${type}" leafCount="0" /></MediaContainer>`
}

function createdCollection(target: Resource): string {
  const section = attribute(queryValue(target, 'sectionId') ?? '')
  const smart = queryValue(target, 'smart') === '1' ? '1' : '0'
  const title = attribute(queryValue(target, 'title') ?? '')
  return `<MediaContainer size="1" librarySectionID="${section}"><Directory ratingKey="${imaginedKey}" key="/library/collections/${imaginedKey}/children" guid="collection://${imaginedKey}" type="collection" title="${title}" librarySectionID="${section}" subtype="movie" summary="" smart="${smart}" childCount="0" /></MediaContainer>`
}

function emptyPlayQueue(target: Resource): string {
  const id = /^\/playQueues\/(\d{1,18})/.exec(target.path)?.[1] ?? imaginedKey
  return `<MediaContainer size="0" playQueueID="${id}" playQueueShuffled="0" playQueueTotalCount="0" playQueueVersion="1" />`
}

function attribute(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no way to write these
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/gu, '')
  )
}
