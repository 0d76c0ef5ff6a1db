import { diff3Merge } from 'node-diff3'
import type { Connection } from '../../src/contract/api.ts'

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

/** The edits of a draft put on top of the text as it is now; `conflict` where both changed the same lines. */
export function followConfig(draft: Draft, connection: Edited): Draft | null | 'conflict' {
  const regions = diff3Merge(draft.text.split('\n'), draft.base.split('\n'), connection.text.split('\n'), {
    excludeFalseConflicts: true,
  })
  const lines: string[] = []
  for (const { ok } of regions) {
    if (ok === undefined) return 'conflict'
    lines.push(...ok)
  }
  return draftOf(connection, lines.join('\n'))
}

const isSameSource = (a: Connection['source'], b: Connection['source']): boolean =>
  a.kind === 'path' && b.kind === 'path' ? a.path === b.path : a.kind === b.kind && a.name === b.name
