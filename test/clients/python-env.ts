import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** As Kometa 2.4.4 pins them; a folder each. */
const environments = {
  clients: ['plexapi==4.18.1', 'pillow==12.2.0'],
  yaml: ['ruamel.yaml==0.19.1'],
} as const
const installTimeoutMs = 240_000
const pollMs = 200
/** pillow 12 wants 3.10; venv without ensurepip (Debian's bare python3) cannot install anything. */
const probe = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10), "older than 3.10"'

/** Why there can be no Python environment here; null when there can. */
export function pythonMissing(): string | null {
  const found = pythonCommands.find((command) => spawnSync(command, ['-c', probe]).status === 0)
  return found === undefined ? 'no python3 from 3.10 on with venv and pip was found' : null
}

const pythonCommands = process.platform === 'win32' ? ['python', 'python3'] : ['python3', 'python']

/** The interpreter of a virtual environment with the pinned packages, made when it is not there yet. */
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
  // Another test file may have made it meanwhile.
  if (isThere()) return interpreter
  rmSync(folder, { recursive: true, force: true })
  const python = pythonCommands.find((command) => spawnSync(command, ['-c', probe]).status === 0) ?? 'python3'
  run(python, ['-m', 'venv', folder])
  run(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages])
  writeFileSync(stamp, wanted)
  return interpreter
}

/** Test files run in processes of their own, and several want the same environment. */
function waitForTurn(lock: string): Disposable {
  const deadline = Date.now() + installTimeoutMs
  for (;;) {
    try {
      mkdirSync(lock)
      return { [Symbol.dispose]: () => rmSync(lock, { recursive: true, force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      // Left by a run that was killed, or nobody's any more.
      if (Date.now() > deadline) rmSync(lock, { recursive: true, force: true })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs)
    }
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: installTimeoutMs })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`)
}
