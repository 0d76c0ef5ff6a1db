import { execFile } from 'node:child_process'
import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AppError } from '../../contract/errors.ts'
import { startChild } from '../process/child.ts'
import { losesArguments, pythonRange, refuseBadPair } from './bad-pair.ts'
import { findProgram } from './find-program.ts'
import { environmentName } from './installed.ts'

/** Building a wheel on a small NAS can be silent for minutes. */
const idleTimeoutMs = 20 * 60_000
const probeTimeoutMs = 30_000
const keptLines = 15
/** Kometa refuses older versions (kometa.py:36-38). */
const minPython = [3, 10] as const
const windows = process.platform === 'win32'
const pythonNames = windows
  ? ['python', 'py']
  : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python']

export interface PythonSetup {
  dir: string
  /** The version of Kometa. */
  version: string
  /** `--python`. */
  python: string | undefined
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  /** Receives everything that pip and uv print. */
  logFile: string
  onLine(line: string): void
}

/**
 * Makes a virtual environment in the checkout, with `uv` if it is installed, otherwise with `python3 -m venv`. An
 * unfinished one is replaced.
 */
export async function makeEnvironment(setup: PythonSetup): Promise<void> {
  await makeFolder(setup, join(setup.dir, environmentName))
  const where = environmentPython(setup.dir)
  const python = await pythonVersion(where, setup.env)
  if (python !== null) refuseBadPair({ python, kometa: setup.version, where, hint: badPairHint })
}

const badPairHint = 'Name a Python 3.10 to 3.13 with --python PATH.'

async function makeFolder(setup: PythonSetup, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  const uv = await findProgram('uv', setup.env)
  if (uv !== null) {
    setup.onLine('Making a virtual environment with uv')
    const python = setup.python ?? pythonRange(setup.version)
    return run(setup, uv, ['venv', '--python', python, folder])
  }
  const python = await findNewPython(setup)
  setup.onLine(`Making a virtual environment with ${python}`)
  try {
    await run(setup, python, ['-m', 'venv', folder])
  } catch (error) {
    // Debian's bare python3 has no ensurepip; its output in `details` says so.
    if (!(error instanceof AppError) || error.code !== 'SETUP_FAILED') throw error
    throw new AppError('SETUP_FAILED', `${python} cannot make a virtual environment`, {
      details: error.details,
      hint: 'On Debian and Ubuntu: apt install python3-venv. Or install uv, and start it again.',
      cause: error,
    })
  }
}

/** Installs the pinned requirements of this Kometa into its own environment. */
export async function installRequirements(setup: PythonSetup): Promise<void> {
  const python = environmentPython(setup.dir)
  const requirements = join(setup.dir, 'requirements.txt')
  setup.onLine("Installing Kometa's requirements; this takes a minute or two")
  const uv = await findProgram('uv', setup.env)
  // Unlike pip, uv leaves compiling to the first run, but a preview writes no bytecode.
  const compiled = ['--requirement', requirements, '--compile-bytecode']
  if (uv !== null) return run(setup, uv, ['pip', 'install', '--python', python, ...compiled])
  await run(setup, python, [
    '-m',
    'pip',
    'install',
    '--no-input',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
    '--requirement',
    requirements,
  ])
}

export const environmentPython = (dir: string): string =>
  join(dir, environmentName, ...(windows ? ['Scripts', 'python.exe'] : ['bin', 'python']))

async function findNewPython({ python, env, version: kometa }: PythonSetup): Promise<string> {
  const names = python === undefined ? pythonNames : [python]
  const unfit: string[] = []
  for (const name of names) {
    const path = await findProgram(name, env)
    if (path === null) continue
    const version = await pythonVersion(path, env)
    if (version === null) continue
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const isNew = major === minPython[0] && minor >= minPython[1]
    if (python !== undefined && isNew) refuseBadPair({ python: version, kometa, where: path, hint: badPairHint })
    if (isNew && !losesArguments(version, kometa)) return path
    unfit.push(`${path} is Python ${version}`)
  }
  throw new AppError(
    'PYTHON_NOT_FOUND',
    `no Python was found that Kometa ${kometa} works with (${pythonRange(kometa)})`,
    {
      details: unfit,
      hint: 'Install Python, or uv, which brings its own; or name the interpreter with --python PATH.',
    },
  )
}

function pythonVersion(path: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const script = 'import sys; print("%d.%d.%d" % sys.version_info[:3])'
  return new Promise((done) => {
    const options = { env, timeout: probeTimeoutMs, windowsHide: true }
    // Skips what is not a working Python, such as the Microsoft Store's stub.
    execFile(path, ['-c', script], options, (error, stdout) => done(error ? null : stdout.trim()))
  })
}

/**
 * Runs one command to its end, in a process group that a cancelled setup ends. All output goes to the log, and the
 * last lines go into the error.
 */
async function run({ dir, env, signal, logFile, onLine }: PythonSetup, command: string, args: string[]): Promise<void> {
  const last: string[] = []
  const writes: Promise<void>[] = [appendFile(logFile, `$ ${command} ${args.join(' ')}\n`)]
  const child = startChild({
    command,
    args,
    cwd: dir,
    env: Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))),
    signal,
    limits: { idleTimeoutMs, graceMs: 2_500, drainMs: 1_500 },
    onOutput(...outputs) {
      for (const output of outputs) {
        createInterface({ input: output }).on('line', (line) => {
          if (line.trim() === '') return
          last.push(line)
          if (last.length > keptLines) last.shift()
          writes.push(appendFile(logFile, `${line}\n`))
          onLine(`  ${line}`)
        })
      }
    },
  })
  const exit = await child.done
  await Promise.all(writes)
  if (exit.cause === 'cancelled') throw new AppError('CANCELLED', 'cancelled; start it again to continue')
  if (exit.cause === 'exited' && exit.code === 0) return
  const why =
    exit.cause === 'hung'
      ? `said nothing for ${idleTimeoutMs / 60_000} min`
      : (exit.error ?? `ended with ${exit.signal ?? `code ${exit.code}`}`)
  throw new AppError('SETUP_FAILED', `${command} ${args.slice(0, 3).join(' ')} ${why}`, {
    details: last,
    hint: `The full output is in ${logFile}. Start it again to continue.`,
  })
}
