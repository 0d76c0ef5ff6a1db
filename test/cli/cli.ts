import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** `npm test` builds first and tests the built command line. */
const built = process.env.KOMETA_PREVIEW_TEST_BUILT === '1'
const main = fileURLToPath(new URL(built ? '../../dist/cli/main.js' : '../../src/cli/main.ts', import.meta.url))
const loader = built ? [] : ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

/** The program and the arguments that start the command line. */
export const cliCommand = (args: readonly string[]): [string, ...string[]] => [
  process.execPath,
  ...loader,
  main,
  ...args,
]

/** Runs the command line as a user does: in a process with its own environment. */
export function startCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; done: Promise<CliResult> } {
  const [program, ...rest] = cliCommand(args)
  const child = spawn(program, rest, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { child, done }
}

export const cli = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult> => startCli(args, env).done

/** Resolves when the stream of the process has a text that matches. */
export function seen(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = ''
    child[stream]?.on('data', (chunk) => {
      text += chunk
      const match = pattern.exec(text)
      if (match) resolve(match)
    })
    child.on('close', () => reject(new Error(`ended without ${pattern}: ${text.slice(-500)}`)))
  })
}
