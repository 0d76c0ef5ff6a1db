import { diffArrays } from 'diff'
import type { Connection } from '../../../src/contract/api/api.ts'

/** An edited config with masks, and the config that it is an edit of. */
export interface Draft {
  connectionId: string
  /** Revision of the text that was edited. */
  revision: string
  source: Connection['source']
  /** The text that was edited. */
  base: string
  text: string
}

type Edited = Pick<Connection, 'id' | 'revision' | 'source' | 'text'>

/**
 * The relation of a draft to the connected config: `current`, an edit of its present text; `behind`, an edit of an
 * earlier text; `other`, an edit of another config.
 */
export type DraftStand = 'none' | 'current' | 'behind' | 'other'

export function standOf(draft: Draft | null, connection: Edited): DraftStand {
  if (draft === null) return 'none'
  if (!isSameSource(draft.source, connection.source)) return 'other'
  return draft.revision === connection.revision && draft.connectionId === connection.id ? 'current' : 'behind'
}

export const draftOf = ({ id, revision, source, text: base }: Edited, text: string): Draft | null =>
  text === base ? null : { connectionId: id, revision, source, base, text }

/** The most changed lines of an edit. The time to find them grows with the square of their number. */
const maxChangedLines = 2_000

/**
 * Applies the edits of a draft to the present text. The result is `conflict` when both changed the same or neighbouring
 * lines, or when one of them changed nearly everything.
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
  // From the end, so that earlier places keep their numbers.
  for (const { from, to, lines: instead } of [...own, ...theirs].sort((one, other) => other.from - one.from)) {
    lines.splice(from, to - from, ...instead)
  }
  return draftOf(connection, lines.join('\n'))
}

/** Lines of the base, without `to`, and the lines that replace them. */
interface Change {
  from: number
  to: number
  lines: string[]
}

/** null when there are too many to find in time. */
function changesOf(base: readonly string[], text: readonly string[]): Change[] | null {
  // A single change keeps its place even among equal lines.
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
