import type { StudioLogLine } from '../../src/contract/api/api.ts'

/** One row of the list. A message of several lines, such as a traceback, has several rows. */
export interface LogRow {
  line: StudioLogLine
  text: string
  first: boolean
}

const known = new WeakMap<StudioLogLine, readonly LogRow[]>()

export function rowsOf(line: StudioLogLine): readonly LogRow[] {
  const made = known.get(line)
  if (made) return made
  const rows = line.text.split('\n').map((text, i) => ({ line, text, first: i === 0 }))
  known.set(line, rows)
  return rows
}
