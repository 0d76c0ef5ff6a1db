import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, resolve } from 'node:path'

const windows = process.platform === 'win32'

/**
 * Resolves the path of a program, or finds a bare name in PATH; null when there is none. Links are kept: Python
 * recognises a virtual environment by the path of its link.
 */
export async function findProgram(name: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  if (isAbsolute(name) || /[\\/]/.test(name)) return (await isExecutable(resolve(name))) ? resolve(name) : null
  const file = windows && !name.toLowerCase().endsWith('.exe') ? `${name}.exe` : name
  for (const folder of searchPath(env)) {
    const candidate = resolve(folder, file)
    if (await isExecutable(candidate)) return candidate
  }
  return null
}

export const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

/** The folders in PATH; names of variables are case-insensitive on Windows. */
function searchPath(env: NodeJS.ProcessEnv): string[] {
  const path = windows ? Object.entries(env).find(([key]) => key.toUpperCase() === 'PATH')?.[1] : env.PATH
  return (path ?? '').split(delimiter).filter((folder) => folder !== '')
}
