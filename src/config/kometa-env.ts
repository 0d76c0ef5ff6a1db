import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDotenv } from './dotenv.ts'
import { exists } from './locate.ts'

/** The user's environment as his Kometa has it, and what of it stands in Kometa's own `.env`. */
export interface KometaEnv {
  env: NodeJS.ProcessEnv
  dotenv: Dotenv | null
}

export interface Dotenv {
  path: string
  names: ReadonlySet<string>
}

/** The environment, with `<kometa>/config/.env` after it (kometa.py:81-82). */
export async function readKometaEnv(given: { env: NodeJS.ProcessEnv; kometaDir?: string }): Promise<KometaEnv> {
  const { env, kometaDir } = given
  if (kometaDir === undefined) return { env, dotenv: null }
  const path = join(kometaDir, 'config', '.env')
  if (!(await exists(path))) return { env, dotenv: null }
  const found = parseDotenv(await readFile(path, 'utf8'), env)
  return { env: { ...env, ...Object.fromEntries(found) }, dotenv: { path, names: new Set(found.keys()) } }
}
