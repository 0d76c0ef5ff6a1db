import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../../util/files/atomic-file.ts'
import { parseJson } from '../../util/parse-json.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'

/**
 * Which secrets from other sources may go to the addresses of a file, because the user named that file. It lies in
 * our data folder, never in a job folder: one file per config, with hashes in it and neither an address nor a
 * secret.
 */
export interface TrustedPairs {
  /** Whether all of these pairs were remembered for the file. */
  knows(file: string, pairs: readonly string[]): Promise<boolean>
  remember(file: string, pairs: readonly string[]): Promise<void>
}

/** The most pairs of one file. The latest ones stay. */
const maxPairs = 2_000
/** The most files. The one with the oldest change is deleted first. */
const maxFiles = 1_000

const storeSchema = z.object({ pairs: z.array(z.string()) })

export function createTrustedPairs(dataDir: string): TrustedPairs {
  const folder = join(dataDir, 'trust')
  const placeOf = (file: string) => join(folder, `${digest(file)}.json`)
  const read = async (file: string): Promise<string[]> => {
    const text = await readFile(placeOf(file), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (hasErrorCode(error, 'ENOENT')) return null
      throw error
    })
    // A damaged file counts as empty, so the user is asked again.
    return text === null ? [] : (storeSchema.safeParse(parseJson(text)).data?.pairs ?? [])
  }
  return {
    async knows(file, pairs) {
      const known = new Set(await read(file))
      return pairs.every((pair) => known.has(digest(pair)))
    },
    async remember(file, pairs) {
      if (pairs.length === 0) return
      const known = await read(file)
      const wanted = [...new Set([...known, ...pairs.map(digest)])].slice(-maxPairs)
      if (wanted.length === known.length) return
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFileAtomic(placeOf(file), `${JSON.stringify({ pairs: wanted })}\n`, 0o600)
      await removeOldest(folder)
    },
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

async function removeOldest(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.length <= maxFiles) return
  const aged = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name)).catch(() => null))?.mtimeMs ?? 0 })),
  )
  aged.sort((a, b) => a.at - b.at)
  for (const { name } of aged.slice(0, names.length - maxFiles)) await rm(join(folder, name), { force: true })
}
