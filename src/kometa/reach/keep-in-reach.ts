import { randomBytes } from 'node:crypto'
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import type { Reach } from '../../config/reach/reach.ts'
import type { Workspace } from '../../config/workspace/workspace.ts'
import { AppError } from '../../contract/errors.ts'
import { PythonFailed, runProgram } from '../install/ask-python.ts'
import type { Checkout } from '../launch/launch-order.ts'
import { readPythonProgram } from '../python/python-program.ts'

export interface ReachGuard {
  /** Variables for Kometa's environment. */
  env: Record<string, string>
  /** Throws RUN_FAILED if the interpreter does not load the guard; Kometa must not be started then. */
  assertLoaded(command: string, place: { cwd: string; env: NodeJS.ProcessEnv }): Promise<void>
}

/**
 * Keeps a Kometa on this machine away from files that its config may not read, although it runs with the user's
 * permissions. The config alone does not tell what Kometa will open, because overlay files may be downloaded and paths
 * put together.
 */
export async function keepInReach(
  areas: NonNullable<Reach['areas']>,
  workspace: Pick<Workspace, 'dir' | 'home' | 'kometaDir'>,
  { dir, bytecodeDir }: Checkout,
  pythonPath: string | undefined,
): Promise<ReachGuard> {
  const folder = join(workspace.dir, 'reach')
  const temporary = join(workspace.home, 'tmp')
  await mkdir(folder, { mode: 0o700 })
  await mkdir(temporary, { recursive: true, mode: 0o700 })
  await mkdir(bytecodeDir, { recursive: true, mode: 0o700 })
  const token = randomBytes(16).toString('hex')
  const ours = await Promise.all([workspace.dir, bytecodeDir].map((each) => realpath(each)))
  const code = await Promise.all([workspace.kometaDir, dir, dirname(await realpath(join(dir, 'kometa.py')))].map(real))
  const rules = {
    areas: [...areas, ...ours.map((each) => ({ folder: each, except: [] }))],
    code: [...new Set([workspace.kometaDir, ...code])],
    token,
  }
  await writeFile(join(folder, 'reach.json'), JSON.stringify(rules), { flag: 'wx', mode: 0o600 })
  await writeFile(join(folder, 'sitecustomize.py'), await readPythonProgram('guard'), { flag: 'wx', mode: 0o600 })
  return {
    env: { PYTHONPATH: [folder, pythonPath].filter(Boolean).join(delimiter), TMPDIR: temporary },
    async assertLoaded(command, place) {
      const script = 'import sys; print(getattr(sys, "kometa_preview_reach", ""))'
      const answer = await runProgram(command, ['-c', script], place, {}).catch((error: unknown) => {
        if (error instanceof PythonFailed) return error.message
        throw error
      })
      if (answer.trim() === token) return
      throw new AppError(
        'RUN_FAILED',
        'Kometa cannot be kept away from files that a pasted or edited config must not read',
        {
          hint: `${command} does not load our guard. Save the config as a file, and connect that file instead.`,
          cause: new Error(answer),
        },
      )
    },
  }
}

const real = (path: string): Promise<string> => realpath(path).catch(() => path)
