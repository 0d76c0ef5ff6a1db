import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileAtomic } from '../../util/files/atomic-file.ts'
import { parseJson } from '../../util/parse-json.ts'

/** Enough for the files of several configs and their edits. */
const maxRemembered = 2_000

const placeSchema = z.tuple([z.int(), z.int()]).nullable()
const refusedSchema = z.object({
  refused: z.object({
    kind: z.string(),
    problem: z.string(),
    context: z.string(),
    at: placeSchema,
    from: placeSchema,
  }),
})
const sameSchema = z.object({ same: z.literal(true) })

/** The interpreter's answer for one file. */
export const readingSchema = z.union([
  refusedSchema,
  sameSchema,
  z.object({ same: z.literal(false), tree: z.string() }),
])
type Reading = z.output<typeof readingSchema>

const memorySchema = z.record(z.string(), z.union([refusedSchema, sameSchema]))

export interface ReadingMemory {
  recall(key: string): Reading | null
  learn(key: string, reading: Reading): void
  save(): Promise<void>
}

/**
 * Remembers answers by the hash of the question. A tree is not kept, because it holds the file's values, including
 * tokens.
 */
export async function createReadingMemory(file: string): Promise<ReadingMemory> {
  const parsed = memorySchema.safeParse(parseJson(await readFile(file, 'utf8').catch(() => '')))
  // An unreadable file only costs a question.
  const known = new Map(parsed.success ? Object.entries(parsed.data) : [])
  let learnt = false
  return {
    recall: (key) => known.get(key) ?? null,
    learn(key, reading) {
      if ('tree' in reading) return
      known.set(key, reading)
      learnt = true
    },
    async save() {
      if (!learnt) return
      const entries = [...known].slice(-maxRemembered)
      await writeFileAtomic(file, `${JSON.stringify(Object.fromEntries(entries))}\n`, 0o600)
    },
  }
}
