import { mkdir, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { copyPrivately, linkTo } from '../../config/workspace/link-or-copy.ts'

/**
 * Python derives its own folder from the real path of this file (measured with 3.10 to 3.13), so it is copied, never
 * linked.
 */
const script = 'kometa.py'
const maxScriptBytes = 16 * 1024 * 1024
/** `config` is ours and exists already. The user's `__pycache__` folders are not used. */
const notMirrored = new Set(['config', '__pycache__'])

/** One Python file of the checkout. */
export interface SourceFile {
  path: string
  /** The path relative to the checkout. */
  name: string
  bytes: number
  modifiedMs: number
}

export interface CheckoutMirror {
  /** Folders with Python files, relative to the mirror: each one can get a `__pycache__` of ours. */
  codeFolders: readonly string[]
  sources: readonly SourceFile[]
}

/**
 * Makes `to` look like the user's checkout, so that Kometa can be started there with our `config` folder. Folders with
 * code are real folders with links to their files; every other entry of the checkout is one link.
 */
export async function mirrorCheckout(checkout: string, to: string): Promise<CheckoutMirror> {
  const mirror = { codeFolders: [] as string[], sources: [] as SourceFile[] }
  // If kometa.py is a link, its modules lie beside the file that it points to.
  const code = dirname(await realpath(join(checkout, script)))
  for (const folder of new Set([code, await realpath(checkout)])) {
    for (const entry of await readdir(folder)) {
      if (notMirrored.has(entry) || (await exists(join(to, entry)))) continue
      if (entry === script) await copyScript(join(folder, entry), join(to, entry))
      else await mirrorEntry({ from: join(folder, entry), to: join(to, entry), top: folder }, mirror)
    }
  }
  return mirror
}

interface Entry {
  from: string
  to: string
  top: string
}

async function mirrorEntry({ from, to, top }: Entry, mirror: { codeFolders: string[]; sources: SourceFile[] }) {
  const names = await codeIn(from)
  if (names === null) {
    await linkTo(from, to)
    return
  }
  await mkdir(to, { mode: 0o700 })
  const name = relative(top, from)
  mirror.codeFolders.push(name)
  for (const each of names.filter((one) => !notMirrored.has(one))) {
    const path = join(from, each)
    if (each.endsWith('.py')) {
      const info = await stat(path)
      // Compiling a pipe would block.
      if (info.isFile())
        mirror.sources.push({ path, name: join(name, each), bytes: info.size, modifiedMs: info.mtimeMs })
    }
    await mirrorEntry({ from: path, to: join(to, each), top }, mirror)
  }
}

/** The entries of a folder with Python files; null for everything else. */
async function codeIn(path: string): Promise<string[] | null> {
  const names = await readdir(path).catch(() => null)
  return names?.some((name) => name.endsWith('.py')) ? names : null
}

async function copyScript(from: string, to: string): Promise<void> {
  if (!(await copyPrivately(from, to, maxScriptBytes))) throw new Error(`${from} cannot be copied`)
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
