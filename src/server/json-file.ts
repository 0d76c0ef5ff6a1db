import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { writeFileAtomic } from '../util/files/atomic-file.ts'
import { parseJson } from '../util/parse-json.ts'
import { systemRefusal } from '../util/system-refusal.ts'
import { hasErrorCode } from '../util/unknown-error.ts'

/** A small file of ours, read once and written whole. A damaged file counts as missing. */
export interface JsonFile<T> {
  get(): T
  set(value: T): Promise<void>
}

export async function openJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  initial: z.output<Schema>,
): Promise<JsonFile<z.output<Schema>>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (hasErrorCode(error, 'ENOENT')) return null
    // Node does not name the path where a folder is read as a file.
    throw systemRefusal(Object.assign(error, { path })) ?? error
  })
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
