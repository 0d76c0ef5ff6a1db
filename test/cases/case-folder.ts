import { execFile } from 'node:child_process'
import { chmod, cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Case, scriptOf } from './corpus.ts'

/** The values that replace PLEX_URL, PLEX_URL2 and ROOT in the files of a case. */
export interface Places {
  plexUrl: string
  root: string
}

export function withPlaces(text: string, { plexUrl, root }: Places): string {
  return text.replaceAll('PLEX_URL2', plexUrl).replaceAll('PLEX_URL', plexUrl).replaceAll('ROOT', root)
}

/** Copies the user's folder of a case and puts the addresses and paths of this run into its texts. */
export async function writeCaseFolder(one: Case, places: Places, python: string): Promise<void> {
  const { root } = places
  await cp(join(one.dir, 'files'), root, { recursive: true })
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    // The corpus may be read-only; this copy is the user's own folder.
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644)
    if (!entry.isFile() || !/\.(?:ya?ml|env|txt)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    await writeFile(path, withPlaces(await readFile(path, 'utf8'), places))
  }
  await runScript(one, 'prepare.py', python, root)
}

/** `prepare.py` and `mutate.py` create or change files in the folder that they are given. */
export async function runScript(one: Case, name: string, python: string, root: string): Promise<void> {
  const script = scriptOf(one, name)
  if (script !== null) await promisify(execFile)(python, [script, root])
}
