import { z } from 'zod'
import type { Beneath } from '../util/beneath/beneath.ts'
import { readLines } from '../util/beneath/file-chunks.ts'
import { parseJson } from '../util/parse-json.ts'

/** Forwarded writes that are kept with their target; one is too many already. */
const maxKept = 100

const lineSchema = z.object({
  time: z.string(),
  source: z.string(),
  server: z.string(),
  method: z.string(),
  target: z.string(),
  verdict: z.string(),
})

export interface LedgerTally {
  /** Passed on to Plex or to a service of the network with a method other than GET and HEAD; the first ones in full. */
  forwarded: { count: number; first: z.infer<typeof lineSchema>[] }
  /** Writes to Plex that were blocked, with an image (`capture`) or without. */
  blocked: number
}

/** An edited line may be whole for the chain and yet say nothing. */
function parse(text: string, file: string): z.infer<typeof lineSchema> {
  const parsed = lineSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw new UnreadableLedger(`${file} has a line that says not what became of a request`)
}

export class UnreadableLedger extends Error {
  override readonly name = 'UnreadableLedger'
}

/** Counts by the ledger itself, line by line from the disk: not by what the proxy believes to have done. */
export async function tallyLedger(folder: Beneath, files: readonly string[]): Promise<LedgerTally> {
  const tally: LedgerTally = { forwarded: { count: 0, first: [] }, blocked: 0 }
  for (const file of files) {
    await using opened = await folder.open(file, 'read')
    for await (const text of readLines(opened)) {
      const line = parse(text, file)
      // The gate passes what is not Plex; what a proxy of ours passes on is.
      if (line.source === 'gate') continue
      const passed = line.verdict === 'forward' || line.verdict === 'pass'
      if (passed && line.method !== 'GET' && line.method !== 'HEAD') {
        tally.forwarded.count += 1
        if (tally.forwarded.first.length < maxKept) tally.forwarded.first.push(line)
      }
      if (line.source === 'proxy' && (line.verdict === 'block' || line.verdict === 'capture')) tally.blocked += 1
    }
  }
  return tally
}
