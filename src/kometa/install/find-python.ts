import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'

/** Usual places of a virtual environment in a Kometa checkout; the first is the one in Kometa's own install guide. */
const venvNames = ['kometa-venv', 'venv', '.venv', 'env']
const inVenv = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']

export interface FindPythonOptions {
  /** `--python`. */
  python?: string
  /** The Kometa checkout. */
  dir: string
  env: NodeJS.ProcessEnv
}

/**
 * Returns the absolute path of the interpreter, from `--python`, KOMETA_PYTHON, a virtual environment in the checkout,
 * or `python3`. Throws AppError PYTHON_NOT_FOUND. Does not run the interpreter.
 */
export async function findPython({ python, dir, env }: FindPythonOptions): Promise<string> {
  const wanted = python || env.KOMETA_PYTHON
  if (wanted) {
    const found = await which(wanted, env)
    if (found !== undefined) return found
    const source = python ? '--python' : 'KOMETA_PYTHON'
    throw new AppError('PYTHON_NOT_FOUND', `There is no Python interpreter at ${wanted} (${source}).`, {
      hint: 'Give the path of the Python 3.10 or newer that has Kometa’s requirements installed.',
    })
  }
  for (const name of venvNames) {
    const candidate = join(dir, name, ...inVenv)
    if (await isExecutable(candidate)) return candidate
  }
  for (const name of process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python']) {
    const found = await which(name, env)
    if (found !== undefined) return found
  }
  throw new AppError('PYTHON_NOT_FOUND', 'Kometa needs Python 3.10 or newer, and no python3 was found.', {
    hint: 'Name the interpreter with --python PATH or KOMETA_PYTHON.',
  })
}

/**
 * Resolves a path, or finds a bare name in PATH. Links are kept: Python recognises a virtual environment by the path
 * of its link.
 */
async function which(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (isAbsolute(name) || /[\\/]/.test(name)) {
    const path = resolve(name)
    return (await isExecutable(path)) ? path : undefined
  }
  const windows = process.platform === 'win32'
  const path = windows ? Object.entries(env).find(([key]) => key.toUpperCase() === 'PATH')?.[1] : env.PATH
  const endings = windows && !name.toLowerCase().endsWith('.exe') ? ['.exe'] : ['']
  for (const folder of (path ?? '').split(delimiter).filter((each) => each !== ''))
    for (const ending of endings) {
      const candidate = resolve(folder, name + ending)
      if (await isExecutable(candidate)) return candidate
    }
  return undefined
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
