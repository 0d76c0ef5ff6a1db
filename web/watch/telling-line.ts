import type { JobDetail, StudioLogLine, StudioTarget } from '../../src/contract/api/api.ts'
import { isError } from './log-levels.ts'

/**
 * The line that says what went wrong with one item or with the whole job; undefined when it is not among these lines.
 */
export function tellingLine(
  lines: readonly StudioLogLine[],
  { targets }: Pick<JobDetail, 'targets'>,
  itemId: string | null,
): StudioLogLine | undefined {
  if (itemId !== null) {
    const of = targets.find(({ id }) => id === itemId)
    return of && lineOf(lines, of)
  }
  const behind = targets.filter(({ outcome }) => outcome === 'error').flatMap((target) => lineOf(lines, target) ?? [])
  const [first] = behind.toSorted((a, b) => a.n - b.n)
  return lines.find(({ level }) => level === 'critical') ?? first ?? lines.find(isError)
}

/**
 * The line of Kometa's own words in the reason: the error among them, else the first. Two items can have the same
 * error.
 */
function lineOf(lines: readonly StudioLogLine[], { logLines }: StudioTarget): StudioLogLine | undefined {
  const said = logLines.map((line) => line.trim())
  const first = lines.find(({ text }) => text.trim() === said[0])
  const isSaid = ({ text }: StudioLogLine) => said.includes(text.split('\n', 1)[0]?.trim() ?? '')
  return lines.find((line) => line.n >= (first?.n ?? 0) && isError(line) && isSaid(line)) ?? first
}
