import { z } from 'zod'
import { AppError } from '../contract/errors.ts'
import type { Beneath } from '../util/beneath/beneath.ts'
import { secretName } from './secrets.ts'

/** The one file of a job that may hold secrets of a pasted config: 0600, beside its preview.yml, which names them as `<<name>>`. */
export const secretStoreName = '.secrets.json'

const maxStoreBytes = 4 * 1024 * 1024
const storeSchema = z.record(z.string(), z.string())

/** Writes name -> value for the `<<name>>` of this folder's config; readable by its owner alone. */
export async function writeSecretStore(configDir: Beneath, secrets: Readonly<Record<string, string>>): Promise<void> {
  const named = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [secretName(name), value]))
  await configDir.write(secretStoreName, `${JSON.stringify(named)}\n`, 0o600)
}

/** The secrets beside a preview.yml; none where there is no store. */
export async function readSecretStore(configDir: Beneath): Promise<Record<string, string>> {
  const path = configDir.shown(secretStoreName)
  if ((await configDir.look(secretStoreName)) === null) return {}
  const text = await configDir.read(secretStoreName, maxStoreBytes).then(String, (cause: unknown) => {
    if (cause instanceof AppError) throw cause
    throw new AppError('CONFIG_UNREADABLE', `Cannot read ${path}`, { cause })
  })
  try {
    return storeSchema.parse(JSON.parse(text))
  } catch {
    // The parser's message would quote the file.
    throw new AppError('CONFIG_INVALID', `${path} is damaged`)
  }
}
