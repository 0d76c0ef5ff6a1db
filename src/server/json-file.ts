import { mkdir, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { AppError } from '../contract/errors.ts'
import { writeFileAtomic } from '../util/files/atomic-file.ts'
import { parseJson } from '../util/parse-json.ts'
import { systemRefusal } from '../util/system-refusal.ts'
import { hasErrorCode } from '../util/unknown-error.ts'

/**
 * A small file of ours, read once and written whole. A damaged file is renamed and reported, so that nothing that is
 * saved later replaces it.
 */
export interface JsonFile<T> {
  get(): T
  set(value: T): Promise<void>
}

export async function openJsonFile<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  initial: z.output<Schema>,
  onDamage: (error: AppError) => void,
): Promise<JsonFile<z.output<Schema>>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (hasErrorCode(error, 'ENOENT')) return null
    // Node does not name the path where a folder is read as a file.
    throw systemRefusal(Object.assign(error, { path })) ?? error
  })
  const sound = text === null ? { success: true, data: initial } : schema.safeParse(parseJson(text))
  if (!sound.success) onDamage(await setAside(path))
  let value: z.output<Schema> = sound.success ? sound.data : initial
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

async function setAside(path: string): Promise<AppError> {
  const kept = `${path}.damaged-${Date.now()}`
  await rename(path, kept)
  return new AppError('FILE_DAMAGED', `${path} is damaged, and is not used`, {
    hint: `It is kept as ${kept}. To use it again, mend it, end the studio and give the file its old name.`,
  })
}
