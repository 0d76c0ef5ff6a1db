import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The versions that Kometa 2.4.4 pins; each has its own folder. */
const environments = {
  clients: ['plexapi==4.18.1', 'pillow==12.2.0'],
  yaml: ['ruamel.yaml==0.19.1'],
} as const
const installTimeoutMs = 240_000
const pollMs = 200
/** pillow 12 needs Python 3.10; a venv without ensurepip (Debian's plain python3) cannot install anything. */
const probe = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10), "older than 3.10"'

/** Why no Python environment is possible here; null when it is. */
export function pythonMissing(): string | null {
  const found = pythonCommands.find((command) => spawnSync(command, ['-c', probe]).status === 0)
  return found === undefined ? 'no python3 from 3.10 on with venv and pip was found' : null
}

const pythonCommands = process.platform === 'win32' ? ['python', 'python3'] : ['python3', 'python']

/**
 * The interpreter of a virtual environment with the pinned packages; the environment is created if it does not exist.
 */
export function pythonEnvironment(name: keyof typeof environments): string {
  const packages = environments[name]
  const folder = fileURLToPath(new URL(`../../.venv-${name}/`, import.meta.url))
  const interpreter =
    process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')
  const stamp = join(folder, 'installed.txt')
  const wanted = packages.join('\n')
  const isThere = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(interpreter)
  if (isThere()) return interpreter
  using _turn = waitForTurn(`${folder.replace(/[\\/]$/, '')}.lock`)
  // Another test file may have created it in the meantime.
  if (isThere()) return interpreter
  rmSync(folder, { recursive: true, force: true })
  const python = pythonCommands.find((command) => spawnSync(command, ['-c', probe]).status === 0) ?? 'python3'
  run(python, ['-m', 'venv', folder])
  run(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages])
  writeFileSync(stamp, wanted)
  return interpreter
}

/** Test files run in separate processes, and several need the same environment. */
function waitForTurn(lock: string): Disposable {
  const deadline = Date.now() + installTimeoutMs
  for (;;) {
    try {
      mkdirSync(lock)
      return { [Symbol.dispose]: () => rmSync(lock, { recursive: true, force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      // Left by a run that was killed, or by a process that no longer exists.
      if (Date.now() > deadline) rmSync(lock, { recursive: true, force: true })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs)
    }
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: installTimeoutMs })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`)
}
