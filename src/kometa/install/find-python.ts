import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { findProgram, isExecutable } from './find-program.ts'

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
    const found = await findProgram(wanted, env)
    if (found !== null) return found
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
    const found = await findProgram(name, env)
    if (found !== null) return found
  }
  throw new AppError('PYTHON_NOT_FOUND', 'Kometa needs Python 3.10 or newer, and no python3 was found.', {
    hint: 'Name the interpreter with --python PATH or KOMETA_PYTHON.',
  })
}
