import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readPlainFile } from '../../util/files/plain-file.ts'

/** A repository with many branches has a packed-refs file of several MB. */
const maxBytes = 16 * 1024 * 1024

const commitPattern = /^[0-9a-f]{40}([0-9a-f]{24})?$/

/**
 * The commit that is checked out in `dir`, read without git; null if there is no repository or its layout is unusual.
 */
export async function readGitCommit(dir: string): Promise<string | null> {
  const gitDir = await findGitDir(dir)
  if (gitDir === undefined) return null
  const head = await readText(join(gitDir, 'HEAD'))
  if (head === undefined) return null
  if (commitPattern.test(head)) return head
  const name = /^ref: (refs\/[^\s]+)$/.exec(head)?.[1]
  if (name === undefined || name.includes('..')) return null
  // A linked work tree keeps its branches in the main repository.
  const common = await readText(join(gitDir, 'commondir'))
  for (const folder of common === undefined ? [gitDir] : [gitDir, resolve(gitDir, common)]) {
    const loose = await readText(join(folder, name))
    if (loose !== undefined && commitPattern.test(loose)) return loose
    const packed = await readText(join(folder, 'packed-refs'))
    const line = packed?.split('\n').find((each) => each.endsWith(` ${name}`))
    const commit = line?.slice(0, line.indexOf(' '))
    if (commit !== undefined && commitPattern.test(commit)) return commit
  }
  return null
}

/** `.git` is a folder, or in a work tree or submodule a file that names the folder. */
async function findGitDir(dir: string): Promise<string | undefined> {
  const path = join(dir, '.git')
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return path
  const named = found?.isFile() ? /^gitdir: (.+)$/.exec((await readText(path)) ?? '')?.[1] : undefined
  return named === undefined ? undefined : resolve(dir, named)
}

async function readText(path: string): Promise<string | undefined> {
  return readPlainFile(path, maxBytes).then(
    (bytes) => bytes.toString('utf8').trim(),
    () => undefined,
  )
}
