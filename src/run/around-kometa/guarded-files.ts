import { readdir, realpath } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { secretFilesOf } from '../../config/read/environment/secret-files.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import type { UserFiles } from '../../kometa/isolation/isolation.ts'

/** What of a checkout that fills a whole file system is Kometa's. */
const codeNames = new Set(['kometa.py', 'modules', 'defaults', 'fonts', 'json-schema', 'config'])

/** What an isolated Kometa finds hidden or read-only: the files with the real token and its keys, and its own checkout. */
export async function guardedFiles(
  config: Pick<JobConfig, 'sourceFiles' | 'configDir'>,
  kometaDir: string | null,
  dataDir: string,
): Promise<UserFiles> {
  return {
    hide: await secretFilesOf(config, kometaDir),
    readOnly: kometaDir === null ? [] : await codeOf(await realpath(kometaDir)),
    writable: await realpath(dataDir),
  }
}

/** A container image may have Kometa's code in its root folder, which holds all that is written to as well. */
async function codeOf(checkout: string): Promise<string[]> {
  if (checkout !== parse(checkout).root) return [checkout]
  const names = await readdir(checkout)
  return names.filter((name) => codeNames.has(name)).map((name) => join(checkout, name))
}
