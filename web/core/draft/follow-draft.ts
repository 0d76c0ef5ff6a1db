import { diffArrays } from 'diff'
import type { Connection } from '../../../src/contract/api/api.ts'

/** An edited config, masks in it, and the config that it is an edit of. */
export interface Draft {
  connectionId: string
  /** Of the text that was edited. */
  revision: string
  source: Connection['source']
  /** The text that was edited. */
  base: string
  text: string
}

type Edited = Pick<Connection, 'id' | 'revision' | 'source' | 'text'>

/**
 * How a draft stands to what is connected: `current` is an edit of it as it is now, `behind` of an earlier text of the same
 * config, `other` of another config.
 */
export type DraftStand = 'none' | 'current' | 'behind' | 'other'

export function standOf(draft: Draft | null, connection: Edited): DraftStand {
  if (draft === null) return 'none'
  if (!isSameSource(draft.source, connection.source)) return 'other'
  return draft.revision === connection.revision && draft.connectionId === connection.id ? 'current' : 'behind'
}

export const draftOf = ({ id, revision, source, text: base }: Edited, text: string): Draft | null =>
  text === base ? null : { connectionId: id, revision, source, base, text }

/** More changed lines than this are no edit any more; finding them takes time that grows with their square. */
const maxChangedLines = 2_000

/**
 * The edits of a draft put on top of the text as it is now; `conflict` where both changed the same or neighbouring lines, or
 * one of them nearly everything.
 */
export function followConfig(draft: Draft, connection: Edited): Draft | null | 'conflict' {
  const base = draft.base.split('\n')
  const mine = changesOf(base, draft.text.split('\n'))
  const theirs = changesOf(base, connection.text.split('\n'))
  if (mine === null || theirs === null) return 'conflict'
  const own = mine.filter((change) => !theirs.some((other) => isSame(change, other)))
  if (own.some((change) => theirs.some((other) => change.from <= other.to && other.from <= change.to)))
    return 'conflict'
  const lines = [...base]
  // From the end, so that the places before stay what they are.
  for (const { from, to, lines: instead } of [...own, ...theirs].sort((one, other) => other.from - one.from)) {
    lines.splice(from, to - from, ...instead)
  }
  return draftOf(connection, lines.join('\n'))
}

/** Lines of the base, `to` excluded, and what stands in their place. */
interface Change {
  from: number
  to: number
  lines: string[]
}

/** null: too many to be found in time. */
function changesOf(base: readonly string[], text: readonly string[]): Change[] | null {
  // A single change is where it was made, also among equal lines.
  const longest = Math.min(base.length, text.length)
  let start = 0
  while (start < longest && base[start] === text[start]) start += 1
  let end = 0
  while (end < longest - start && base.at(-1 - end) === text.at(-1 - end)) end += 1
  const between = (lines: readonly string[]) => lines.slice(start, lines.length - end)
  const parts = diffArrays(between(base), between(text), { maxEditLength: maxChangedLines })
  if (parts === undefined) return null
  const changes: Change[] = []
  let at = start
  for (const { added, removed, value } of parts) {
    const last = changes.at(-1)
    const open = last !== undefined && last.to === at ? last : { from: at, to: at, lines: [] }
    if ((added || removed) && open !== last) changes.push(open)
    if (added) open.lines.push(...value)
    else at += value.length
    if (removed) open.to = at
  }
  return changes
}

const isSame = (one: Change, other: Change): boolean => JSON.stringify(one) === JSON.stringify(other)

const isSameSource = (a: Connection['source'], b: Connection['source']): boolean =>
  a.kind === 'path' && b.kind === 'path' ? a.path === b.path : a.kind === b.kind && a.name === b.name
