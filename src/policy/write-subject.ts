/** What a write to Plex's API is about, judged only by its path. */
export type WriteSubject =
  | {
      of: 'item' | 'collection' | 'playlist'
      ratingKey: string
      /** The path after the ratingKey: `posters`, `refresh`, `items`; null if there is none. */
      action: string | null
      /** For `items` and `children`: the member that the write names; null for the whole list. */
      member: string | null
      /** True if the write moves that member to another position. */
      isMove: boolean
    }
  | { of: 'section'; section: string; action: string | null }
  | { of: 'preferences' }
  | { of: 'new collection' }
  | { of: 'new playlist' }
  | { of: 'anything' }

const listed = { metadata: 'item', collections: 'collection' } as const

/** Reads the path of a write. An unknown path may be about anything. */
export function subjectOfWrite(path: string): WriteSubject {
  const [root, ...parts] = path.split('/')
  if (root !== '') return { of: 'anything' }
  const [first, second, third, ...rest] = parts
  if (first === ':' && second === 'prefs') return { of: 'preferences' }
  if (first === 'playlists') {
    return second === undefined ? { of: 'new playlist' } : ofOne('playlist', second, parts.slice(2))
  }
  if (first !== 'library') return { of: 'anything' }
  if (second === 'collections' && third === undefined) return { of: 'new collection' }
  if (second === 'sections' && isKey(third)) return { of: 'section', section: third, action: joined(rest) }
  const kind = second === 'metadata' || second === 'collections' ? listed[second] : null
  return kind === null || third === undefined ? { of: 'anything' } : ofOne(kind, third, rest)
}

function ofOne(of: 'item' | 'collection' | 'playlist', ratingKey: string, rest: readonly string[]): WriteSubject {
  if (!isKey(ratingKey)) return { of: 'anything' }
  const [list, member, move, ...more] = rest
  const isList = (list === 'items' || list === 'children') && isKey(member) && more.length === 0
  if (isList && (move === undefined || move === 'move')) {
    return { of, ratingKey, action: list, member, isMove: move === 'move' }
  }
  return { of, ratingKey, action: joined(rest), member: null, isMove: false }
}

const joined = (parts: readonly string[]): string | null => (parts.length === 0 ? null : parts.join('/'))

function isKey(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,18}$/.test(text)
}
