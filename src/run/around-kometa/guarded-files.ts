import { readdir, realpath } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { secretFilesOf } from '../../config/read/environment/secret-files.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import type { UserFiles } from '../../kometa/isolation/isolation.ts'

/** The names of Kometa's own files and folders, for a checkout that is the root of a file system. */
const codeNames = new Set(['kometa.py', 'modules', 'defaults', 'fonts', 'json-schema', 'config'])

/**
 * The files that are hidden from an isolated Kometa (they hold the real token or keys), and its checkout, read-only.
 */
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

/** A container image may have Kometa's code in its root folder, where Kometa also has to write. */
async function codeOf(checkout: string): Promise<string[]> {
  if (checkout !== parse(checkout).root) return [checkout]
  const names = await readdir(checkout)
  return names.filter((name) => codeNames.has(name)).map((name) => join(checkout, name))
}
