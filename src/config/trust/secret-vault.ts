import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../../util/files/atomic-file.ts'
import { parseJson } from '../../util/parse-json.ts'
import { errorCodeOf, hasErrorCode } from '../../util/unknown-error.ts'
import { secretName } from '../read/environment/secrets.ts'
import { parseWith, readHere, type TextReading } from '../yaml/text-reading.ts'
import type { YamlValue } from '../yaml/yaml-value.ts'
import { namedMark, secretUses } from './secret-uses.ts'

/** The secrets that are kept for one job. */
export interface KeptSecrets {
  /** By name, in lower case with dashes. null: their time is over, and they are deleted. */
  secrets: Readonly<Record<string, string>> | null
  /**
   * True: the config is an edit of a file that the user named, so names of the environment get values in it. A
   * pasted config gets none.
   */
  mayUseEnvironment: boolean
  keptUntil: Date
  /** Whether this document uses its secrets only as the text did when they were kept. */
  usesAreThose(document: YamlValue): boolean
}

/**
 * The secrets of pasted and edited configs, by job. They lie in our data folder, so whoever gets a job folder gets
 * none. They belong to one text of the config: a changed text gets nothing.
 */
export interface SecretVault {
  keep(
    jobDir: string,
    own: { text: string; secrets: Readonly<Record<string, string>>; mayUseEnvironment: boolean; keepMs: number },
  ): Promise<void>
  /** null: nothing is kept for this job with this text. `use` restarts the time for which the secrets are kept. */
  open(jobDir: string, text: string, options?: { use?: boolean }): Promise<KeptSecrets | null>
  forget(jobDir: string): Promise<void>
  /** Until when the secrets are kept, as far as this process knows. null: nothing is kept. */
  keptUntil(jobDir: string): Date | null
  /** Deletes expired secrets and those of deleted jobs. `keepMs` becomes the time for which all are kept. */
  tidy(keepMs?: number): Promise<void>
}

const entrySchema = z.object({
  job: z.string(),
  textSha256: z.string(),
  /** Hashes of the uses of secrets in the text as we read it. Kometa may read the text differently. */
  uses: z.array(z.string()),
  mayUseEnvironment: z.boolean(),
  keepMs: z.number(),
  usedAtMs: z.number(),
  secrets: z.record(z.string(), z.string()).nullable(),
})
type Entry = z.infer<typeof entrySchema>

export function createSecretVault(
  dataDir: string,
  now: () => number = Date.now,
  reading: TextReading = readHere,
): SecretVault {
  const folder = join(dataDir, 'secrets')
  const { placeOf, write, settle, see, seen } = createEntries(folder, now)
  return {
    async keep(jobDir, { text, secrets, mayUseEnvironment, keepMs }) {
      const { job, path } = await placeOf(jobDir)
      const named = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [secretName(name), value]))
      await write(path, {
        job,
        textSha256: sha256(text),
        uses: usesIn(await parseWith(reading, text, 'config.yml')),
        mayUseEnvironment,
        keepMs,
        usedAtMs: now(),
        secrets: named,
      })
    },
    async open(jobDir, text, { use = false } = {}) {
      const { job, path } = await placeOf(jobDir)
      const found = await readEntry(path)
      if (found === null || found.job !== job || found.textSha256 !== sha256(text)) return null
      let entry = await settle(path, found)
      if (use && entry.secrets !== null) {
        entry = { ...entry, usedAtMs: now() }
        await write(path, entry)
      }
      const { secrets, mayUseEnvironment, usedAtMs, keepMs } = entry
      const known = new Set(entry.uses)
      return {
        secrets,
        mayUseEnvironment,
        keptUntil: new Date(usedAtMs + keepMs),
        usesAreThose: (document) => usesIn(document).every((use) => known.has(use)),
      }
    },
    async forget(jobDir) {
      const { job, path } = await placeOf(jobDir)
      seen.delete(job)
      await rm(path, { force: true })
    },
    keptUntil(jobDir) {
      if (seen.size === 0) return null
      return seen.get(jobDir) ?? seen.get(realPathOf(jobDir)) ?? null
    },
    async tidy(keepMs) {
      for (const name of await readdir(folder).catch(() => [])) {
        const path = join(folder, name)
        const entry = name.endsWith('.json') ? await readEntry(path) : await leftover(path)
        if (entry === 'being written') continue
        if (entry === null || (await lstat(entry.job).catch(() => null)) === null) {
          if (entry) seen.delete(entry.job)
          await rm(path, { force: true })
        } else if (keepMs !== undefined && keepMs !== entry.keepMs) {
          await write(path, { ...entry, keepMs })
          await settle(path, { ...entry, keepMs })
        } else see(await settle(path, entry))
      }
    },
  }
}

/** The entries on the disk, and until when this process has seen the secrets of each job kept. */
function createEntries(folder: string, now: () => number) {
  const seen = new Map<string, Date>()
  const see = ({ job, secrets, usedAtMs, keepMs }: Entry): void => {
    if (secrets === null || Object.keys(secrets).length === 0) seen.delete(job)
    else seen.set(job, new Date(usedAtMs + keepMs))
  }
  const write = async (path: string, entry: Entry): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFileAtomic(path, `${JSON.stringify(entry)}\n`, 0o600)
    see(entry)
  }
  // An absolute difference, so that a clock that was set back does not extend the time.
  const isOver = ({ usedAtMs, keepMs }: Entry): boolean => Math.abs(now() - usedAtMs) > keepMs
  return {
    seen,
    see,
    write,
    async placeOf(jobDir: string): Promise<{ job: string; path: string }> {
      const job = await realpath(jobDir).catch(() => resolve(jobDir))
      return { job, path: join(folder, `${sha256(job).slice(0, 32)}.json`) }
    },
    /** The entry as of now. Expired secrets are removed from the disk. */
    async settle(path: string, entry: Entry): Promise<Entry> {
      if (entry.secrets === null || !isOver(entry)) return entry
      const over = { ...entry, secrets: null }
      await write(path, over)
      return over
    },
  }
}

/** null: there is no entry, or a damaged one, so the user must give the secrets again. */
async function readEntry(path: string): Promise<Entry | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (hasErrorCode(error, 'ENOENT')) return null
    throw error
  })
  return text === null ? null : (entrySchema.safeParse(parseJson(text)).data ?? null)
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    // A deleted folder has no other path.
    if (errorCodeOf(error) !== '') return path
    throw error
  }
}

/** A temporary file of a writer that died. After a minute nobody writes it any more. */
async function leftover(path: string): Promise<'being written' | null> {
  const info = await lstat(path).catch(() => null)
  return info !== null && Math.abs(Date.now() - info.mtimeMs) < 60_000 ? 'being written' : null
}

const usesIn = (document: YamlValue): string[] => [
  ...new Set(secretUses(document, namedMark).map(({ id }) => sha256(id))),
]

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
