import { AppError } from '../../contract/errors.ts'
import type { ItemType } from '../../contract/kinds.ts'
import { trimEndOf } from '../../util/trim-end.ts'
import { isReservedName, keptShare, slug } from './safe-name.ts'

/** Longest id that we make, in characters. */
export const maxIdLength = 80
/** A slug that keeps less of the title than this says nothing to a person, so the ratingKey is used. */
const minKeptShare = 0.5

/** What an id is made of. */
export interface IdSource {
  ratingKey: string
  type: ItemType
  title: string
  year: number | null
  parentTitle: string | null
  grandparentTitle: string | null
  index: number | null
  parentIndex: number | null
}

/**
 * Makes target ids that are file-safe and unique, case not counting: `metropolis-1927`, `show-s01e02`, `show-season-1`.
 * A title that Latin letters cannot spell becomes `movie-12345`. Ids in `taken` are in use already.
 */
export function createTargetIds(taken: Iterable<string> = []): (item: IdSource) => string {
  const used = new Set([...taken].map((id) => id.toLowerCase()))
  return (item) => {
    const plain = plainId(item)
    let id = plain
    // The ratingKey tells a remake or a second edition apart; a count, an equal ratingKey of another server.
    for (let count = 1; used.has(id); count += 1) {
      id = cut(plain, count === 1 ? `-${item.ratingKey}` : `-${item.ratingKey}-${count}`)
    }
    used.add(id)
    return id
  }
}

/** TARGET_ID_DUPLICATE for ids that differ in case at most; TARGET_ID_INVALID for the name of a Windows device. */
export function checkTargetIds(ids: Iterable<string>): void {
  const seen = new Map<string, string>()
  for (const id of ids) {
    if (isReservedName(id)) {
      throw new AppError('TARGET_ID_INVALID', `the target id "${id}" is a name that Windows reserves for a device`, {
        hint: `Call it "${id.replace(/\..*/, '')}-1", for example: pictures carry this name, and folders are shared.`,
      })
    }
    const earlier = seen.get(id.toLowerCase())
    if (earlier !== undefined) {
      const what =
        earlier === id
          ? `the target id "${id}" is given twice`
          : `the target ids "${earlier}" and "${id}" differ in case only`
      throw new AppError('TARGET_ID_DUPLICATE', what, { hint: 'Each target needs an id of its own.' })
    }
    seen.set(id.toLowerCase(), id)
  }
}

function plainId(item: IdSource): string {
  const [name, end] = parts(item)
  const base = keptShare(name) < minKeptShare ? '' : slug(name)
  if (base === '') return `${item.type}-${item.ratingKey}`
  const id = cut(base, end)
  return isReservedName(id) ? cut(id, `-${item.ratingKey}`) : id
}

/** The name, which may be cut to fit, and the end, which may not. */
function parts(item: IdSource): [name: string, end: string] {
  const two = (value: number | null): string => String(value ?? 0).padStart(2, '0')
  switch (item.type) {
    case 'movie':
    case 'show':
      return [item.title, item.year === null ? '' : `-${item.year}`]
    case 'season':
      return [item.parentTitle ?? '', item.index === 0 ? '-specials' : `-season-${item.index ?? item.ratingKey}`]
    case 'episode': {
      const numbered = item.index !== null && item.parentIndex !== null
      return [
        item.grandparentTitle ?? '',
        numbered ? `-s${two(item.parentIndex)}e${two(item.index)}` : `-${item.ratingKey}`,
      ]
    }
    case 'artist':
      return [item.title, '']
    case 'album':
      return [`${item.parentTitle ?? ''} ${item.title}`, item.year === null ? '' : `-${item.year}`]
    case 'track':
      return [`${item.grandparentTitle ?? ''} ${item.title}`, '']
  }
}

const cut = (name: string, end: string): string => trimEndOf(name.slice(0, maxIdLength - end.length), '-') + end
