import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { UsedFiles } from '../../config/workspace/used-files.ts'
import { NotPlain, readPlainFile, TooLarge } from '../../util/files/plain-file.ts'

/** Path -> a hash of the file, or its size and time if it is too large to be read each time. */
export type FileStates = ReadonlyMap<string, string>

/** A larger file is known by its size and time. So is a pipe or a device, which may have no end. */
const maxHashedBytes = 16 * 1024 * 1024
/** This many pictures of asset folders are looked at; a change of any further one is not noticed. */
const maxAssets = 10_000

/** The state of all files of a preview at this moment. A file that does not exist has no entry. */
export async function readFileStates({ files, yamlFolders, assetFolders }: UsedFiles): Promise<FileStates> {
  const states = new Map<string, string>()
  const add = async (path: string, state: (path: string) => Promise<string | null>): Promise<void> => {
    const found = await state(path)
    if (found !== null) states.set(path, found)
  }
  for (const path of files) await add(path, contentState)
  for (const folder of yamlFolders) {
    for (const name of await namesIn(folder)) if (/\.ya?ml$/i.test(name)) await add(join(folder, name), contentState)
  }
  let assets = 0
  for (const folder of await withSubfolders(assetFolders)) {
    for (const name of await namesIn(folder)) {
      if (!/\.(?:png|jpe?g|webp)$/i.test(name) || assets >= maxAssets) continue
      assets += 1
      await add(join(folder, name), statState)
    }
  }
  return states
}

/** Paths that were changed, added or removed, sorted. */
export function changedFiles(before: FileStates, now: FileStates): string[] {
  const paths = new Set([...before.keys(), ...now.keys()])
  return [...paths].filter((path) => before.get(path) !== now.get(path)).sort()
}

/** The folders and their subfolders: with `asset_folders`, an asset folder has a subfolder for each item. */
export async function withSubfolders(folders: readonly string[]): Promise<string[]> {
  const all = [...folders]
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
    all.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name)))
  }
  return all
}

async function contentState(path: string): Promise<string | null> {
  try {
    return createHash('sha256')
      .update(await readPlainFile(path, maxHashedBytes))
      .digest('hex')
  } catch (error) {
    if (error instanceof TooLarge || error instanceof NotPlain) return statState(path)
    // The file does not exist or cannot be read. The job says which, when it needs the file.
    return null
  }
}

async function statState(path: string): Promise<string | null> {
  return stat(path).then(
    ({ size, mtimeMs }) => `${size} ${mtimeMs}`,
    () => null,
  )
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])
