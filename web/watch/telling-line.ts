import type { JobDetail, StudioLogLine, StudioTarget } from '../../src/contract/api.ts'
import { isError } from './log-levels.ts'

/** The index of the line that says what went wrong: for one item, or for the whole job. -1: it is not among these. */
export function tellingLine(
  lines: readonly StudioLogLine[],
  { targets }: Pick<JobDetail, 'targets'>,
  itemId: string | null,
): number {
  if (itemId !== null) {
    const of = targets.find(({ id }) => id === itemId)
    return of ? lineOf(lines, of) : -1
  }
  const critical = lines.findIndex(({ level }) => level === 'critical')
  if (critical >= 0) return critical
  const behind = targets
    .filter(({ outcome }) => outcome === 'error')
    .map((target) => lineOf(lines, target))
    .filter((index) => index >= 0)
  return behind.length > 0 ? Math.min(...behind) : lines.findIndex(isError)
}

/** Kometa's own words behind the reason: the error among them, else the first. Two items may have the same error. */
function lineOf(lines: readonly StudioLogLine[], { logLines }: StudioTarget): number {
  const said = logLines.map((line) => line.trim())
  const first = lines.findIndex(({ text }) => text.trim() === said[0])
  const error = lines.findIndex((line, i) => i >= first && isError(line) && said.includes(line.text.trim()))
  return error >= 0 ? error : first
}
