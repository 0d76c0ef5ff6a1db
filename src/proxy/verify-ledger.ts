import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { genesis, type LedgerHead } from './ledger.ts'

export type LedgerCheck = { ok: true; count: number } | { ok: false; problem: string }

/** Walks the chain from the first line to the head that the summary names; says at which line it breaks. */
export async function verifyLedger(folder: string, expected: LedgerHead): Promise<LedgerCheck> {
  let prev = genesis
  let count = 0
  for (const file of expected.files) {
    const input = createReadStream(join(folder, file))
    const broken = new Promise<never>((_resolve, reject) => input.once('error', reject))
    // Without a listener until the race below, a missing file would be an unhandled rejection.
    broken.catch(() => undefined)
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await Promise.race([lines.next(), broken])
        if (next.done) break
        count += 1
        const parsed = parseLine(next.value)
        if (!parsed) return { ok: false, problem: `${file}: line ${count} is no ledger line` }
        if (parsed.prev !== prev || parsed.seq !== count) {
          return {
            ok: false,
            problem: `${file}: the chain breaks at line ${count}: a line was changed, added or taken out`,
          }
        }
        prev = createHash('sha256').update(next.value).digest('hex')
      }
    } catch (error) {
      return { ok: false, problem: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}` }
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
    // A line that is no JSON is the finding itself; the caller names it.
    return null
  }
}
