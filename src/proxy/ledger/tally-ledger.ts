import { z } from 'zod'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { readLines } from '../../util/beneath/file-chunks.ts'
import { parseJson } from '../../util/parse-json.ts'

/** Most lines of each kind that are kept whole. */
const maxKept = 100

const lineSchema = z.object({
  time: z.string(),
  source: z.string(),
  server: z.string(),
  method: z.string(),
  target: z.string(),
  verdict: z.string(),
  reason: z.string().default(''),
  status: z.number().default(0),
  bytes: z.number().default(0),
  outcome: z.string().optional(),
})
export type TalliedLine = z.infer<typeof lineSchema>

interface Counted {
  count: number
  /** The first ones in full. */
  first: TalliedLine[]
}

export interface LedgerTally {
  /** Passed on to Plex or to a service of the network with a method other than GET and HEAD. */
  forwarded: Counted
  /** Writes to Plex that were blocked, with an image (`capture`) or without. */
  blocked: Counted
  /** Reads of Kometa that Plex, or we, failed to answer. */
  failed: Counted
  /** Requests with the job's token that our policy refused. */
  refused: Counted
  /** Requests without the job's token: of other programs on this machine. */
  strangers: number
}

export class UnreadableLedger extends Error {
  override readonly name = 'UnreadableLedger'
}

/** Counts what the ledger itself says, line by line, instead of what the proxy believes it did. */
export function createLedgerTally(kept = maxKept): { tally: LedgerTally; add(text: string, file: string): void } {
  const nothing = (): Counted => ({ count: 0, first: [] })
  const tally: LedgerTally = {
    forwarded: nothing(),
    blocked: nothing(),
    failed: nothing(),
    refused: nothing(),
    strangers: 0,
  }
  const count = (counted: Counted, line: TalliedLine) => {
    counted.count += 1
    if (counted.first.length < kept) counted.first.push(line)
  }
  return {
    tally,
    add(text, file) {
      const line = parse(text, file)
      // The gate leads to other hosts only; everything that one of our proxies passes on counts.
      if (line.source === 'gate') return
      const { verdict, method } = line
      const isRead = method === 'GET' || method === 'HEAD'
      if ((verdict === 'forward' || verdict === 'pass') && !isRead) count(tally.forwarded, line)
      if (line.source !== 'proxy') return
      if (verdict === 'block' || verdict === 'capture') count(tally.blocked, line)
      else if (line.outcome === 'failed') count(tally.failed, line)
      else if (verdict === 'refuse' && line.status === 401) tally.strangers += 1
      else if (verdict === 'refuse') count(tally.refused, line)
    },
  }
}

/** A line can fit the chain and still not be a record of a request. */
function parse(text: string, file: string): TalliedLine {
  const parsed = lineSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new UnreadableLedger(`${file} has a line that does not say what became of a request`)
}

/** Counts all files of a ledger, from the disk. */
export async function tallyLedger(folder: Beneath, files: readonly string[], kept = maxKept): Promise<LedgerTally> {
  const { tally, add } = createLedgerTally(kept)
  for (const file of files) {
    await using opened = await folder.open(file, 'read')
    for await (const text of readLines(opened)) add(text, file)
  }
  return tally
}
