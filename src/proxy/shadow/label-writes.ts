import type { BlockedWrite } from '../../contract/records.ts'

/** An edit of labels that Plex never got: of one item, or of several at once. */
export interface LabelWrite {
  ratingKeys: readonly string[]
  added: readonly string[]
  removed: readonly string[]
}

/** What a blocked write would have done to labels (python-plexapi mixins/edit.py:288-338); null for any other write. */
export function labelWriteOf({
  method,
  path,
  query,
}: Pick<BlockedWrite, 'method' | 'path' | 'query'>): LabelWrite | null {
  if (method !== 'PUT' || !/^\/library\/sections\/\d+\/all$/.test(path)) return null
  const values = new URLSearchParams(query)
  const added: string[] = []
  const removed: string[] = []
  for (const [name, value] of values) {
    if (/^label\[\d+\]\.tag\.tag$/.test(name)) added.push(value)
    // Each name in it is encoded once more, since commas part them.
    else if (name === 'label[].tag.tag-') removed.push(...value.split(',').map(decodeOnceMore))
  }
  if (added.length === 0 && removed.length === 0) return null
  const ratingKeys = (values.get('id') ?? '').split(',').filter((key) => key !== '')
  return { ratingKeys, added, removed }
}

function decodeOnceMore(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    // A label with a % of its own.
    return value
  }
}
