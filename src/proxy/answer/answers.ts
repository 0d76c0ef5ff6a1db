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

/**
 * The ratingKey of what a client believes it created. No server has this key, so that a later read of it is Plex's own
 * 404.
 */
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
 * The answer that Plex gives to a write that succeeded: 200, `text/html`, empty (71 of the 130 writes of its API), XML
 * where python-plexapi reads it, `{}` only for a client that asks for JSON. `{}` to plexapi is a ParseError: Kometa
 * then retries 50 s.
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
  const playlist = attributes({
    ratingKey: imaginedKey,
    key: `/playlists/${imaginedKey}/items`,
    guid: `com.plexapp.agents.none://${imaginedKey}`,
    type: 'playlist',
    title: queryValue(target, 'title') ?? '',
    summary: '',
    smart: isSmart(target),
    playlistType: queryValue(target, 'type') ?? 'video',
    leafCount: '0',
  })
  return `<MediaContainer size="1"><Playlist ${playlist} /></MediaContainer>`
}

function createdCollection(target: Resource): string {
  const section = queryValue(target, 'sectionId') ?? ''
  const collection = attributes({
    ratingKey: imaginedKey,
    key: `/library/collections/${imaginedKey}/children`,
    guid: `collection://${imaginedKey}`,
    type: 'collection',
    title: queryValue(target, 'title') ?? '',
    librarySectionID: section,
    subtype: 'movie',
    summary: '',
    smart: isSmart(target),
    childCount: '0',
  })
  const container = attributes({ size: '1', librarySectionID: section })
  return `<MediaContainer ${container}><Directory ${collection} /></MediaContainer>`
}

function emptyPlayQueue(target: Resource): string {
  const queue = attributes({
    size: '0',
    playQueueID: /^\/playQueues\/(\d{1,18})/.exec(target.path)?.[1] ?? imaginedKey,
    playQueueShuffled: '0',
    playQueueTotalCount: '0',
    playQueueVersion: '1',
  })
  return `<MediaContainer ${queue} />`
}

const isSmart = (target: Resource): '0' | '1' => (queryValue(target, 'smart') === '1' ? '1' : '0')

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${attribute(value)}"`)
    .join(' ')

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
