import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../contract/errors.ts'
import { writeFileAtomic } from '../util/atomic-file.ts'
import { secretName } from './secrets.ts'

/** The one file of a job that may hold secrets of a pasted config: 0600, beside its preview.yml, which names them as `<<name>>`. */
export const secretStoreName = '.secrets.json'

const storeSchema = z.record(z.string(), z.string())

/** Writes name -> value for the `<<name>>` of this folder's config; readable by its owner alone. */
export async function writeSecretStore(configDir: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  const path = join(configDir, secretStoreName)
  const named = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [secretName(name), value]))
  await writeFileAtomic(path, `${JSON.stringify(named)}\n`, 0o600)
  await chmod(path, 0o600)
}

/** The secrets beside a preview.yml; none where there is no store. */
export async function readSecretStore(configDir: string): Promise<Record<string, string>> {
  const path = join(configDir, secretStoreName)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return {}
    throw new AppError('CONFIG_UNREADABLE', `Cannot read ${path}`, { cause })
  }
  try {
    return storeSchema.parse(JSON.parse(text))
  } catch {
    // The parser's message would quote the file.
    throw new AppError('CONFIG_INVALID', `${path} is damaged`)
  }
}
