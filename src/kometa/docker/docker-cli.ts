import { execFile } from 'node:child_process'
import { AppError } from '../../contract/errors.ts'
import { findProgram } from '../install/find-program.ts'

/** For one question to the engine; an engine that was asleep answers in seconds. */
const defaultTimeoutMs = 20_000
const maxAnswerBytes = 16 * 1024 * 1024
/** What the `docker` command itself needs. Kometa's environment goes into a file instead. */
const passed = ['PATH', 'HOME', 'TMPDIR', 'XDG_RUNTIME_DIR', 'XDG_CONFIG_HOME']

/** The `docker` command in the user's PATH. */
export interface DockerCli {
  path: string
  env: Record<string, string>
  /** Runs one command to its end. Throws DockerFailed with the command's own message, or the signal's reason. */
  ask(args: readonly string[], options?: { timeoutMs?: number; signal?: AbortSignal | undefined }): Promise<string>
}

/** A `docker` command that failed. */
export class DockerFailed extends Error {
  override readonly name = 'DockerFailed'
}

/** Finds `docker` without running it. Throws DOCKER_UNAVAILABLE. */
export async function findDocker(env: NodeJS.ProcessEnv): Promise<DockerCli> {
  const path = await findProgram('docker', env)
  if (path === null) {
    throw new AppError('DOCKER_UNAVAILABLE', 'there is no "docker" command here', {
      hint: 'Install Docker, or use a Kometa without it: kometa-preview setup',
    })
  }
  const own = dockerEnvironment(env)
  return {
    path,
    env: own,
    ask: (args, { timeoutMs = defaultTimeoutMs, signal } = {}) =>
      new Promise((resolve, reject) => {
        const limits = { timeout: timeoutMs, maxBuffer: maxAnswerBytes, ...(signal === undefined ? {} : { signal }) }
        const child = execFile(path, [...args], { env: own, windowsHide: true, ...limits }, (error, stdout, stderr) => {
          if (signal?.aborted) reject(signal.reason)
          else if (!error) resolve(stdout)
          else
            reject(
              new DockerFailed(
                wordsOf(stderr) ?? (error.killed ? `no answer in ${timeoutMs / 1000} s` : error.message),
              ),
            )
        })
        child.stdin?.end()
      }),
  }
}

function dockerEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = Object.keys(env).filter((name) => passed.includes(name) || name.startsWith('DOCKER_'))
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

/** The last line with a message; warnings come before it. */
function wordsOf(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '' && !line.startsWith("See 'docker"))
    .at(-1)
    ?.slice(0, 300)
}
