import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../../util/files/atomic-file.ts'
import { hasErrorCode } from '../../util/unknown-error.ts'
import { makeUsableFolder } from './usable-folder.ts'

/**
 * The X-Plex-Client-Identifier of this installation, for users whose Kometa has no UUID file yet. It is made once and
 * kept, since Plex lists every new identifier as a device.
 */
export async function clientIdentifier(dataDir: string): Promise<string> {
  await makeUsableFolder(dataDir)
  const path = join(dataDir, 'client-identifier')
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (hasErrorCode(error, 'ENOENT')) return ''
    throw error
  })
  if (/^[0-9a-f-]{36}$/.test(known.trim())) return known.trim()
  const made = randomUUID()
  await writeFileAtomic(path, `${made}\n`)
  return made
}
