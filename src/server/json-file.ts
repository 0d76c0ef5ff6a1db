import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { writeFileAtomic } from '../util/files/atomic-file.ts'
import { parseJson } from '../util/parse-json.ts'

/** A small file of ours, read once and written whole. A damaged one is as none. */
export interface JsonFile<T> {
  get(): T
  set(value: T): Promise<void>
}

export async function openJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  initial: z.output<Schema>,
): Promise<JsonFile<z.output<Schema>>> {
  const text = await readFile(path, 'utf8').catch(() => null)
  let value = text === null ? initial : (schema.safeParse(parseJson(text)).data ?? initial)
  let writing: Promise<void> = Promise.resolve()
  return {
    get: () => value,
    async set(next) {
      value = next
      const before = writing
      writing = (async () => {
        await before
        await mkdir(dirname(path), { recursive: true })
        await writeFileAtomic(path, `${JSON.stringify(next, null, 1)}\n`)
      })()
      const mine = writing
      writing = mine.catch(() => undefined)
      await mine
    },
  }
}
