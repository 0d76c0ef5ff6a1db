import { mkdir, readdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { copyPrivately, linkTo } from '../../config/workspace/link-or-copy.ts'

/** Python takes its own folder from the real path of this file (measured with 3.10 to 3.13): it is a copy, never a link. */
const script = 'kometa.py'
const maxScriptBytes = 16 * 1024 * 1024
/** `config` is ours and is there already; what a folder of code compiles to is not read from the user's folder. */
const notMirrored = new Set(['config', '__pycache__'])

/** One Python file of the checkout. */
export interface SourceFile {
  path: string
  /** Below the checkout. */
  name: string
  bytes: number
  modifiedMs: number
}

export interface CheckoutMirror {
  /** Folders that hold Python files, below the mirror: each can have a `__pycache__` of ours. */
  codeFolders: readonly string[]
  sources: readonly SourceFile[]
}

/**
 * Makes `to` read as the user's checkout, so that Kometa can be started there: its own `config` folder is then ours.
 * Folders of code are real, with links to their files; all else is one link for each entry of the checkout.
 */
export async function mirrorCheckout(checkout: string, to: string): Promise<CheckoutMirror> {
  const mirror = { codeFolders: [] as string[], sources: [] as SourceFile[] }
  // A kometa.py that is a link has its modules beside the file that it leads to.
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
      // To compile a pipe would wait for its other end.
      if (info.isFile())
        mirror.sources.push({ path, name: join(name, each), bytes: info.size, modifiedMs: info.mtimeMs })
    }
    await mirrorEntry({ from: path, to: join(to, each), top }, mirror)
  }
}

/** What a folder with Python files holds; null for all else. */
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
