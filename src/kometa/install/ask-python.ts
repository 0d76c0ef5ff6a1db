import { execFile } from 'node:child_process'
import type { z } from 'zod'
import { parseJson } from '../../util/parse-json.ts'
import { kometaEnvironment } from '../process/environment.ts'

/** The first import takes seconds on a slow NAS. */
const defaultTimeoutMs = 60_000
const defaultMaxOutputBytes = 16 * 1024 * 1024
const maxWordsChars = 300

/** A short program of ours that runs in Kometa's interpreter and uses Kometa's libraries. */
export interface PythonQuestion {
  /** Passed with `-c`. Neither the script nor `args` may hold a secret: every user of the machine can see them. */
  script: string
  args?: readonly string[]
  /** What the program reads on its standard input. */
  input?: string | Buffer
  /**
   * Absolute paths of the files and folders that the program opens. In a container, only these are visible, read-only.
   */
  reads?: readonly string[]
  /** Our own folders that the program writes to. */
  writes?: readonly string[]
  timeoutMs?: number
  maxOutputBytes?: number
  signal?: AbortSignal | undefined
}

/**
 * Runs the program and returns what it printed. Throws PythonFailed when the program fails, takes too long or prints
 * too much; if the signal aborts, rejects with the signal's reason.
 */
export type AskPython = (question: PythonQuestion) => Promise<string>

/** A program that failed. The message is one line, usually Python's last one. */
export class PythonFailed extends Error {
  override readonly name = 'PythonFailed'
}

export interface LocalPythonOptions {
  python: string
  /** The Kometa checkout: modules are looked for here first, as for kometa.py itself. */
  dir: string
  /** One of our own folders. */
  home: string
  /** The user's environment. The program gets the same part of it as Kometa, and `extra`. */
  env: NodeJS.ProcessEnv
  extra?: Readonly<Record<string, string>>
}

/** Runs programs with an interpreter of this machine. */
export function createLocalPython({ python, dir, home, env: user, extra }: LocalPythonOptions): AskPython {
  const env = kometaEnvironment(user, { home, python, ...(extra === undefined ? {} : { extra }) })
  return (question) =>
    runProgram(python, ['-c', question.script, ...(question.args ?? [])], { cwd: dir, env }, question)
}

/** Asks a question and reads the last line of the answer as JSON; a library may print warnings before it. */
export async function askPythonJson<T>(ask: AskPython, question: PythonQuestion, schema: z.ZodType<T>): Promise<T> {
  const line = (await ask(question)).trimEnd().split('\n').at(-1) ?? ''
  const answer = schema.safeParse(parseJson(line))
  if (answer.success) return answer.data
  throw new PythonFailed('it gave an unexpected answer')
}

type Bounds = Pick<PythonQuestion, 'input' | 'timeoutMs' | 'maxOutputBytes' | 'signal'>

/** Runs one program to its end, within its limits. */
export function runProgram(
  command: string,
  args: readonly string[],
  place: { cwd?: string; env: NodeJS.ProcessEnv },
  bounds: Bounds,
): Promise<string> {
  const { input, timeoutMs = defaultTimeoutMs, maxOutputBytes = defaultMaxOutputBytes, signal } = bounds
  const limits = { timeout: timeoutMs, killSignal: 'SIGKILL' as const, maxBuffer: maxOutputBytes }
  const options = { ...place, ...limits, windowsHide: true, ...(signal === undefined ? {} : { signal }) }
  return new Promise((resolve, reject) => {
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      if (signal?.aborted) reject(signal.reason)
      else if (!error) resolve(stdout)
      else reject(new PythonFailed(wordsOf(error, stderr, { timeoutMs, maxOutputBytes }), { cause: error }))
    })
    // A program that ends before it reads all its input reports that with its exit code.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

function wordsOf(
  error: Error & { killed?: boolean; code?: unknown },
  stderr: string,
  { timeoutMs, maxOutputBytes }: { timeoutMs: number; maxOutputBytes: number },
): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `it printed more than ${maxOutputBytes} bytes`
  if (error.killed) return `no answer in ${timeoutMs / 1000} s`
  const last = stderr.trim().split('\n').at(-1)?.trim()
  return (last || error.message.split('\n')[0] || 'it failed').slice(0, maxWordsChars)
}
