import { createHash } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { SamplePlex } from '../support/sample-plex.ts'
import type { FolderFile, Scenario } from './scenario.ts'

/** Writes the user's folder of a scenario, with the address and token of one Plex in its YAML. */
export async function writeUserFolder(
  folder: string,
  files: Scenario['folder'],
  plex: Pick<SamplePlex, 'url' | 'token'>,
  kometaDir: string,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, await bytesOf(content, plex, kometaDir))
  }
}

type Plex = Pick<SamplePlex, 'url' | 'token'>

const forPlex = (text: string, plex: Plex): string =>
  text.replaceAll('PLEX_URL', plex.url).replaceAll('PLEX_TOKEN', plex.token)

/** The variables that a scenario adds to what Kometa needs anyway. */
export const scenarioEnvironment = ({ env = {} }: Scenario, plex: Plex): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, forPlex(value, plex)]))

async function bytesOf(content: FolderFile, plex: Plex, kometaDir: string) {
  if (typeof content === 'string') return forPlex(content, plex)
  return content instanceof Uint8Array ? content : readFile(join(kometaDir, content.fromKometa))
}

/** Every file, folder and link below a folder, with its bytes and modification time: equal if nobody wrote there. */
export async function folderState(folder: string): Promise<Record<string, string>> {
  const state: Record<string, string> = {}
  const visit = async (path: string, name: string): Promise<void> => {
    const info = await lstat(path)
    const time = info.mtimeMs
    if (info.isSymbolicLink()) state[name] = `link to ${await readlink(path)}`
    else if (info.isDirectory()) {
      state[name] = `folder, changed ${time}`
      for (const entry of await readdir(path)) await visit(join(path, entry), `${name}/${entry}`)
    } else {
      state[name] = `${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}, changed ${time}`
    }
  }
  await visit(folder, '.')
  return state
}
