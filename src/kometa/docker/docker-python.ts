import { randomBytes } from 'node:crypto'
import { type AskPython, PythonFailed, type PythonQuestion, runProgram } from '../install/ask-python.ts'
import { mountValue, ownUser, userArguments } from './docker-arguments.ts'
import { type DockerCli, DockerFailed } from './docker-cli.ts'
import type { KometaImage } from './docker-image.ts'

/** The time that Docker needs to start and remove a container, on top of the program's own time. */
const containerMs = 20_000
const defaultTimeoutMs = 60_000
const removeTimeoutMs = 30_000

/**
 * Runs programs with an image's interpreter, in a container without network access that sees only the paths named in
 * the question and writes only to our own folders. If the `docker` command is killed, its container keeps running: it
 * is removed here, or ends by its own alarm if this process is dead too.
 */
export function createImagePython(docker: DockerCli, image: KometaImage): AskPython {
  return async (question) => {
    const name = `kometa-preview-question-${randomBytes(8).toString('hex')}`
    const programMs = question.timeoutMs ?? defaultTimeoutMs
    try {
      return await runProgram(
        docker.path,
        questionArguments({ name, image, question, seconds: Math.ceil((programMs + containerMs) / 1000) }),
        { env: docker.env },
        { ...question, timeoutMs: programMs + containerMs },
      )
    } catch (error) {
      await remove(docker, name)
      throw error
    }
  }
}

function questionArguments({
  name,
  image,
  question: { script, args = [], reads = [], writes = [], input },
  seconds,
}: {
  name: string
  image: KometaImage
  question: PythonQuestion
  seconds: number
}): string[] {
  const mount = (readOnly: boolean) => (path: string) => mountValue({ source: path, target: path, readOnly })
  const mounts = [...reads.map(mount(true)), ...writes.map(mount(false))]
  return [
    ...['run', '--rm', '--pull', 'never', '--log-driver', 'none', '--name', name, '--network', 'none', '--read-only'],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--security-opt', 'label=disable'],
    ...userArguments(ownUser()),
    ...(input === undefined ? [] : ['--interactive']),
    ...mounts.flatMap((value) => ['--mount', value]),
    ...['--workdir', image.dir, '--entrypoint', image.python, image.id],
    ...['-c', `import signal; signal.alarm(${seconds})\n${script}`, ...args],
  ]
}

/** Removes the container by force. It is fine if there is no such container. */
async function remove(docker: DockerCli, name: string): Promise<void> {
  try {
    await docker.ask(['rm', '--force', '--volumes', name], { timeoutMs: removeTimeoutMs })
  } catch (error) {
    if (!(error instanceof DockerFailed)) throw error
    if (/no such container|removal of container .{1,200} in progress/i.test(error.message)) return
    throw new PythonFailed(
      `Docker did not end the container of a question (docker rm --force ${name}): ${error.message}`,
      { cause: error },
    )
  }
}
