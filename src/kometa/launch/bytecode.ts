import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { linkTo } from '../../config/workspace/link-or-copy.ts'
import type { AskPython } from '../install/ask-python.ts'
import { readPythonProgram } from '../python/python-program.ts'
import type { CheckoutMirror } from './mirror-checkout.ts'

/** Each takes about 2 MB: one for each state of a checkout and each interpreter. */
const maxKept = 6
const compileTimeoutMs = 60_000

export interface BytecodeOptions {
  /** The mirror, and what is in it. */
  dir: string
  mirror: CheckoutMirror
  /** One of our own folders, which outlives the job. */
  folder: string
  python: string
  askPython: AskPython
}

/**
 * Gives the mirror's code its bytecode. Kometa is told to write none, so it would compile its modules in every run
 * (0.2 s). The bytecode is compiled once for each state of a checkout, in our own folder; Kometa does not wait for
 * `compiling`.
 */
export async function linkBytecode(options: BytecodeOptions): Promise<{ compiling: Promise<void> }> {
  const { dir, mirror, folder } = options
  const made = join(folder, keyOf(options))
  if (!(await isFolder(made))) return { compiling: makeBytecode(options, made) }
  const now = new Date()
  await utimes(made, now, now)
  for (const name of mirror.codeFolders) await linkTo(join(made, name), join(dir, name, '__pycache__'))
  return { compiling: Promise.resolve() }
}

/** The key changes with the interpreter and with whatever Python itself uses to detect a changed source file. */
function keyOf({ mirror, python }: BytecodeOptions): string {
  const lines = mirror.sources.map(({ path, bytes, modifiedMs }) => `${path}\t${bytes}\t${modifiedMs}`)
  return createHash('sha256')
    .update([python, ...lines.sort()].join('\n'))
    .digest('hex')
    .slice(0, 32)
}

async function makeBytecode({ mirror, folder, askPython }: BytecodeOptions, made: string): Promise<void> {
  const begun = `${made}.${randomBytes(6).toString('hex')}.new`
  try {
    for (const name of mirror.codeFolders) await mkdir(join(begun, name), { recursive: true, mode: 0o700 })
    // The question is line-based and cannot hold such a path; Kometa compiles that file itself.
    const sources = mirror.sources.filter(({ path }) => !/[\t\r\n]/.test(path))
    const input = sources.map(({ path, name }) => `${path}\t${dirname(join(begun, name))}\n`).join('')
    await askPython({ script: await readPythonProgram('compile-modules'), input, timeoutMs: compileTimeoutMs })
    await rename(begun, made)
    await removeOld(folder)
  } catch (error) {
    await rm(begun, { recursive: true, force: true })
    // Another job finished first.
    if (!(await isFolder(made))) throw error
  }
}

/** Removes the least recently used folders, and what a dead process left behind. */
async function removeOld(folder: string): Promise<void> {
  const found = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const info = await stat(join(folder, name)).catch(() => null)
      return { name, usedMs: info?.mtimeMs ?? 0 }
    }),
  )
  const newest = found.sort((one, other) => other.usedMs - one.usedMs)
  for (const { name } of newest.slice(maxKept)) await rm(join(folder, name), { recursive: true, force: true })
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  )
