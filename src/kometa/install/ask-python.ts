import { execFile } from 'node:child_process'
import type { z } from 'zod'
import { parseJson } from '../../util/parse-json.ts'
import { kometaEnvironment } from '../process/environment.ts'

/** A slow NAS needs seconds for its first import. */
const defaultTimeoutMs = 60_000
const defaultMaxOutputBytes = 16 * 1024 * 1024
const maxWordsChars = 300

/** A short program of ours for the interpreter that runs Kometa, with its libraries. */
export interface PythonQuestion {
  /** Run with `-c`. Nothing secret belongs here or into `args`: every user of the machine can see them. */
  script: string
  args?: readonly string[]
  /** What the program reads on its standard input. */
  input?: string | Buffer
  /** Absolute paths of files and folders that the program opens. A container sees these alone, and cannot write them. */
  reads?: readonly string[]
  /** Folders of ours that the program writes into. */
  writes?: readonly string[]
  timeoutMs?: number
  maxOutputBytes?: number
  signal?: AbortSignal | undefined
}

/**
 * Answers with what the program printed. Throws PythonFailed when it does not end well, takes too long or prints too
 * much; an abort of the signal rejects with the signal's reason.
 */
export type AskPython = (question: PythonQuestion) => Promise<string>

/** A program that did not do what it was asked for; the message is one line, mostly Python's own last one. */
export class PythonFailed extends Error {
  override readonly name = 'PythonFailed'
}

export interface LocalPythonOptions {
  python: string
  /** The checkout: the first place where modules are looked for, as for kometa.py itself. */
  dir: string
  /** A folder of ours. */
  home: string
  /** The user's environment, of which the program gets what Kometa gets; `extra` is added to it. */
  env: NodeJS.ProcessEnv
  extra?: Readonly<Record<string, string>>
}

/** An interpreter of this machine. */
export function createLocalPython({ python, dir, home, env: user, extra }: LocalPythonOptions): AskPython {
  const env = kometaEnvironment(user, { home, python, ...(extra === undefined ? {} : { extra }) })
  return (question) =>
    runProgram(python, ['-c', question.script, ...(question.args ?? [])], { cwd: dir, env }, question)
}

/** Asks, and reads the last line of the answer as JSON: a library may print warnings before it. */
export async function askPythonJson<T>(ask: AskPython, question: PythonQuestion, schema: z.ZodType<T>): Promise<T> {
  const line = (await ask(question)).trimEnd().split('\n').at(-1) ?? ''
  const answer = schema.safeParse(parseJson(line))
  if (answer.success) return answer.data
  throw new PythonFailed('it answers something else than it was asked for')
}

type Bounds = Pick<PythonQuestion, 'input' | 'timeoutMs' | 'maxOutputBytes' | 'signal'>

/** One program to its end, within its bounds. */
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
    // A program that ends before it has read everything says so by its exit.
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
