import { join } from 'node:path'
import { AppError } from '../../../contract/errors.ts'
import { readPlainFile } from '../../../util/files/plain-file.ts'
import { errorCodeOf } from '../../../util/unknown-error.ts'
import { exists } from '../locate.ts'
import { parseDotenv } from './dotenv.ts'

const maxDotenvBytes = 1024 * 1024

/** The environment as the user's Kometa has it, and which variables come from Kometa's own `.env`. */
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
  const found = parseDotenv(await readDotenv(path), env)
  return { env: { ...env, ...Object.fromEntries(found) }, dotenv: { path, names: new Set(found.keys()) } }
}

/** Throws CONFIG_UNREADABLE, since without these values the config would mean something else. */
async function readDotenv(path: string): Promise<string> {
  try {
    return (await readPlainFile(path, maxDotenvBytes)).toString('utf8')
  } catch (cause) {
    const why = errorCodeOf(cause) ? `: ${errorCodeOf(cause)}` : ', which must be a file of at most 1 MiB'
    throw new AppError('CONFIG_UNREADABLE', `Cannot read ${path}${why}`, { cause })
  }
}
