import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../contract/errors.ts'
import { writeFileAtomic } from '../../util/files/atomic-file.ts'
import { parseJson } from '../../util/parse-json.ts'
import { readPythonProgram } from '../python/python-program.ts'
import { type AskPython, askPythonJson, PythonFailed, runProgram } from './ask-python.ts'
import { refuseBadPair } from './bad-pair.ts'
import type { KometaInstall } from './find.ts'

/** Importing everything takes about 2 s, and up to a minute on a slow NAS with a cold disk. */
const importTimeoutMs = 180_000
const maxOutputBytes = 1024 * 1024
/** How many successful checks are remembered: one for each pair of interpreter and checkout. */
const maxRemembered = 20
/** Kometa itself refuses older ones (kometa.py:36-38). */
const minPython = [3, 10] as const

const packageSchema = z.object({ distribution: z.string(), error: z.string() })
const answerSchema = z.object({
  python: z.tuple([z.int(), z.int(), z.int()]),
  executable: z.string(),
  missing: z.array(packageSchema),
  optional: z.array(packageSchema),
  /** The folder that holds the interpreter's packages. */
  packages: z.string().nullable(),
  /** Where `pip install --user` puts packages; null in a virtual environment. */
  userBase: z.string().nullable(),
})
type Answer = z.infer<typeof answerSchema>

const goodSchema = z.object({ answer: answerSchema, stamps: z.record(z.string(), z.number()) })
type Remembered = z.infer<typeof goodSchema>
const rememberedSchema = z.record(z.string(), goodSchema)

export interface RequirementsCheck {
  /** Version of the interpreter, such as 3.11.7. */
  python: string
  /**
   * The interpreter behind a shim such as pyenv's. Run Kometa with this one: the shim does not work with another HOME.
   */
  executable: string
  /** Variables for Kometa's environment: its private HOME would hide what `pip install --user` installed. */
  env: { PYTHONUSERBASE?: string }
  /** One line for each missing package that most overlays do not need. */
  warnings: string[]
  /** Identifies this interpreter with its current packages. */
  identity: string
  /** True when an earlier successful check was reused. */
  remembered: boolean
}

/**
 * Imports Kometa's requirements once with its interpreter and names what is missing; Kometa itself only prints that
 * and exits with 0. A successful check is remembered in `cacheFile` until requirements.txt, the interpreter or its
 * packages folder changes. Throws AppError KOMETA_REQUIREMENTS or PYTHON_NOT_FOUND; if `signal` aborts, rejects with
 * its reason.
 */
export async function checkRequirements(
  install: Pick<KometaInstall, 'dir' | 'python' | 'version'>,
  cacheFile: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<RequirementsCheck> {
  const requirements = join(install.dir, 'requirements.txt')
  const key = `${install.python} ${requirements}`
  const memory = await readMemory(cacheFile)
  const known = memory[key]
  if (known && Object.keys(known.stamps).length > 0 && (await isUnchanged(known.stamps))) {
    refuseBad(known.answer, install)
    return toCheck(known, true)
  }

  if ((await modified(requirements)) === undefined) {
    throw new AppError('KOMETA_NOT_FOUND', `${install.dir} holds no requirements.txt.`, {
      hint: 'The Kometa checkout is incomplete; clone or unpack it again.',
    })
  }
  const answer = await askInterpreter(install, requirements, env, signal)
  refuseOldPython(answer, install.python)
  refuseBad(answer, install)
  refuseMissing(answer, install, requirements)
  const stamps: Record<string, number> = {}
  for (const path of [requirements, install.python, ...(answer.packages === null ? [] : [answer.packages])]) {
    stamps[path] = (await modified(path)) ?? 0
  }
  const kept = Object.entries(memory).filter(([each]) => each !== key)
  const entries = [...kept.slice(-(maxRemembered - 1)), [key, { answer, stamps }]]
  await writeFileAtomic(cacheFile, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`, 0o600)
  return toCheck({ answer, stamps }, false)
}

function toCheck({ answer, stamps }: Remembered, remembered: boolean): RequirementsCheck {
  return {
    identity: JSON.stringify([answer.executable, answer.python, stamps]),
    python: answer.python.join('.'),
    executable: answer.executable,
    env: answer.userBase === null ? {} : { PYTHONUSERBASE: answer.userBase },
    warnings: answer.optional.map(({ distribution, error }) => `Python package ${distribution} is missing (${error}).`),
    remembered,
  }
}

function refuseOldPython({ python }: Answer, path: string): void {
  const [major, minor] = python
  if (major === minPython[0] && minor >= minPython[1]) return
  throw new AppError(
    'KOMETA_REQUIREMENTS',
    `${path} is Python ${python.join('.')}; Kometa needs ${minPython.join('.')}.`,
    {
      hint: 'Name another interpreter with --python PATH or KOMETA_PYTHON.',
    },
  )
}

function refuseBad({ python }: Answer, install: { python: string; version: string }): void {
  refuseBadPair({ python: python.join('.'), kometa: install.version, where: install.python })
}

function refuseMissing(
  { missing }: Answer,
  { python, version }: { python: string; version: string },
  file: string,
): void {
  if (missing.length === 0) return
  const names = missing.map(({ distribution }) => distribution).join(', ')
  throw new AppError('KOMETA_REQUIREMENTS', `Kometa ${version} cannot start with ${python}: missing ${names}.`, {
    hint: `Install them with: ${python} -m pip install -r ${file}`,
    details: missing.map(({ distribution, error }) => `${distribution}: ${error}`),
  })
}

async function askInterpreter(
  { dir, python }: Pick<KometaInstall, 'dir' | 'python'>,
  requirements: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const bounds = { timeoutMs: importTimeoutMs, maxOutputBytes, signal }
  const question = { script: await readPythonProgram('check-requirements'), args: [requirements], ...bounds }
  // Modules are looked for in the checkout first, as for kometa.py itself. The interpreter gets the user's whole
  // environment because a shim such as pyenv's needs it. No bytecode is written, because the environment may lie in
  // the user's checkout.
  const own = { ...env, PYTHONDONTWRITEBYTECODE: '1' }
  const ask: AskPython = ({ script, args = [] }) =>
    runProgram(python, ['-c', script, ...args], { cwd: dir, env: own }, bounds)
  try {
    return await askPythonJson(ask, question, answerSchema)
  } catch (cause) {
    if (!(cause instanceof PythonFailed)) throw cause
    throw new AppError('PYTHON_NOT_FOUND', `${python} does not work as a Python interpreter: ${cause.message}`, {
      hint: 'Name the interpreter with --python PATH or KOMETA_PYTHON.',
      cause,
    })
  }
}

async function readMemory(cacheFile: string): Promise<z.infer<typeof rememberedSchema>> {
  const text = await readFile(cacheFile, 'utf8').catch(() => '')
  const parsed = rememberedSchema.safeParse(parseJson(text))
  // An unreadable file only costs one more check.
  return parsed.success ? parsed.data : {}
}

async function isUnchanged(stamps: Record<string, number>): Promise<boolean> {
  for (const [path, stamp] of Object.entries(stamps)) if ((await modified(path)) !== stamp) return false
  return true
}

async function modified(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
}
