import { createHash } from 'node:crypto'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { readLines } from '../../util/beneath/file-chunks.ts'
import { messageOf } from '../../util/unknown-error.ts'
import { genesis, type LedgerHead } from './ledger.ts'

export type LedgerCheck = { ok: true; count: number } | { ok: false; problem: string }

/**
 * Checks the chain from the first line to the head that the summary names, and says at which line it breaks. `onLine`
 * gets each line that fits.
 */
export async function verifyLedger(
  folder: Beneath,
  expected: LedgerHead,
  onLine: (text: string, file: string) => void = () => undefined,
): Promise<LedgerCheck> {
  let prev = genesis
  let count = 0
  for (const file of expected.files) {
    try {
      await using opened = await folder.open(file, 'read')
      for await (const line of readLines(opened)) {
        count += 1
        const parsed = parseLine(line)
        if (!parsed) return { ok: false, problem: `${file}: line ${count} is no ledger line` }
        if (parsed.prev !== prev || parsed.seq !== count) {
          return {
            ok: false,
            problem: `${file}: the chain breaks at line ${count}: a line was changed, added or taken out`,
          }
        }
        prev = createHash('sha256').update(line).digest('hex')
        onLine(line, file)
      }
    } catch (error) {
      return { ok: false, problem: `${file} cannot be read: ${messageOf(error)}` }
    }
  }
  if (count !== expected.count) {
    return { ok: false, problem: `the ledger ends at line ${count}, the summary says ${expected.count}` }
  }
  if (prev !== expected.head) {
    return {
      ok: false,
      problem: `the last line, ${count}, is not the one that the summary names: one of the two was changed`,
    }
  }
  return { ok: true, count }
}

function parseLine(line: string): { seq: number; prev: string } | null {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || !('seq' in value) || !('prev' in value)) return null
    return typeof value.seq === 'number' && typeof value.prev === 'string' ? { seq: value.seq, prev: value.prev } : null
  } catch {
    // The caller reports a line that is not JSON.
    return null
  }
}
