import { z } from 'zod'
import { AppError } from '../../contract/errors.ts'
import { parseJson } from '../../util/parse-json.ts'
import { type DockerCli, DockerFailed } from './docker-cli.ts'

/** The name that Docker Desktop and similar engines give to the machine they run on. */
const desktopHost = 'host.docker.internal'

const infoSchema = z.object({
  OSType: z.string(),
  OperatingSystem: z.string(),
  ServerVersion: z.string(),
  SecurityOptions: z.array(z.string()).nullish(),
})

/** What a preview needs to know about the engine behind the `docker` command. */
export interface DockerEngine {
  version: string
  /** The name under which a container reaches 127.0.0.1 of this machine. */
  host: string
  /** Options of `docker run` that make this name work. */
  networkArgs: string[]
}

/**
 * Asks the engine what it is. Our proxies listen on 127.0.0.1 only, for containers too: on Linux a container gets this
 * machine's network, elsewhere the engine forwards `host.docker.internal` to it. Throws DOCKER_UNAVAILABLE if the
 * engine does not answer, or if its containers cannot reach 127.0.0.1 or the user's files.
 */
export async function askEngine(
  docker: DockerCli,
  platform: NodeJS.Platform = process.platform,
  signal?: AbortSignal,
): Promise<DockerEngine> {
  if (platform === 'win32') {
    throw new AppError('DOCKER_UNAVAILABLE', 'on Windows, containers do not see the folders as Kometa Preview does', {
      hint: 'Run Kometa Preview inside WSL 2, or use a Kometa without Docker: kometa-preview setup',
    })
  }
  const endpoint = await askOrFail(docker, ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'], signal)
  if (!endpoint.startsWith('unix://')) {
    const shown = endpoint.replace(/\/\/[^/@]*@/, '//')
    throw new AppError(
      'DOCKER_UNAVAILABLE',
      `the engine at ${shown} is on another machine, which does not have the folders of a preview`,
      {
        hint:
          'Use the engine of this machine (DOCKER_HOST, docker context use default), ' +
          'or start Kometa Preview on that machine.',
      },
    )
  }
  const info = infoSchema.safeParse(parseJson(await askOrFail(docker, ['info', '--format', '{{json .}}'], signal)))
  if (!info.success) throw new AppError('DOCKER_UNAVAILABLE', '"docker info" does not answer as Docker does')
  const { OSType, OperatingSystem, ServerVersion: version } = info.data
  if (OSType !== 'linux') {
    throw new AppError('DOCKER_UNAVAILABLE', `the engine runs ${OSType} containers, but Kometa's image is for Linux`)
  }
  if (platform === 'darwin' || OperatingSystem === 'Docker Desktop')
    return { version, host: desktopHost, networkArgs: [] }
  const security = (info.data.SecurityOptions ?? []).join(' ')
  if (/\bname=rootless\b/.test(security)) {
    throw new AppError(
      'DOCKER_UNAVAILABLE',
      'containers of rootless Docker cannot reach 127.0.0.1, where the proxy listens',
      {
        hint:
          "Use the system's engine (docker context use default), " + 'or a Kometa without Docker: kometa-preview setup',
      },
    )
  }
  // With remapped users, a container gets neither this machine's network nor access to the user's files.
  const users = /\bname=userns\b/.test(security) ? ['--userns', 'host'] : []
  return { version, host: '127.0.0.1', networkArgs: ['--network', 'host', ...users] }
}

async function askOrFail(docker: DockerCli, args: string[], signal: AbortSignal | undefined): Promise<string> {
  try {
    return (await docker.ask(args, { signal })).trim()
  } catch (error) {
    if (!(error instanceof DockerFailed)) throw error
    throw unavailable(error)
  }
}

/** The engine's own message, and what usually helps. */
function unavailable(error: DockerFailed): AppError {
  const denied = /permission denied/i.test(error.message)
  const down = /cannot connect to the docker daemon|failed to connect to the docker api|is the docker daemon running/i
  const what = denied
    ? 'this user may not use Docker'
    : down.test(error.message)
      ? 'Docker is not running'
      : 'Docker does not answer'
  const hint = denied
    ? 'Add the user to the group "docker" and log in again. The group can do whatever root can on this machine.'
    : 'Start it (sudo systemctl start docker, or Docker Desktop), and try again.'
  return new AppError('DOCKER_UNAVAILABLE', what, { hint, details: [error.message], cause: error })
}
