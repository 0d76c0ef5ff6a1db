import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { defaultConfigName } from '../../config/workspace/default-config.ts'
import { AppError } from '../../contract/errors.ts'
import { parseJson } from '../../util/parse-json.ts'
import { livenessOf, processIdentitySchema } from '../../util/process-identity.ts'
import { chosen, withoutIsolation } from '../isolation/isolation.ts'
import { sharedLoopback } from '../isolation/own-doors.ts'
import type { Launch, LaunchOrder } from '../launch/launch-order.ts'
import { containerEnvironment } from '../process/environment.ts'
import type { KometaRunner } from '../process/runner.ts'
import { defaultFolderOf, withDefaultConfig } from './default-config-mount.ts'
import { dockerArguments, ownerLabel, ownUser } from './docker-arguments.ts'
import { type DockerCli, DockerFailed } from './docker-cli.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { KometaImage } from './docker-image.ts'
import { findMounts } from './docker-mounts.ts'

/** How long the engine may take to remove a container by force. */
const removeTimeoutMs = 30_000

export interface DockerRunnerOptions {
  docker: DockerCli
  engine: DockerEngine
  image: KometaImage
}

/**
 * Runs Kometa in a container of its stock image. The `docker` command runs in the foreground, stands for Kometa, and
 * forwards signals.
 */
export function createDockerRunner({ docker, engine, image }: DockerRunnerOptions): KometaRunner {
  return {
    place: `${docker.path}, Docker ${engine.version}`,
    image: image.name,
    loopback: async () =>
      engine.host === '127.0.0.1' ? sharedLoopback() : { address: engine.host, name: engine.host },
    async isolate(mode) {
      const where = `Kometa ran in a container of ${image.name}, on the network of this machine`
      const why = `${where}, without a network namespace of its own.`
      if (mode !== 'on') return chosen({ mode: 'none', why })
      throw new AppError(
        'ISOLATION_UNAVAILABLE',
        `Kometa cannot be isolated here: it runs in a container of ${image.name}`,
        {
          hint: `${withoutIsolation} A Kometa of "kometa-preview setup" can be isolated.`,
        },
      )
    },
    launch: (order) => launch(order, { docker, engine, image }),
    endLeftovers: () => endLeftovers(docker),
  }
}

async function launch(order: LaunchOrder, { docker, engine, image }: DockerRunnerOptions): Promise<Launch> {
  const { workspace, config, owner } = order
  const { env, files } = containerEnvironment(order.userEnv, { home: workspace.home, extra: order.extraEnv })
  const name = `kometa-preview-${randomBytes(8).toString('hex')}`
  const envFile = join(workspace.dir, 'container.env')
  const emptyFile = join(workspace.dir, 'empty')
  await writeFile(envFile, envFileText(env), { flag: 'wx', mode: 0o600 })
  await writeFile(emptyFile, '', { flag: 'wx', mode: 0o600 })
  const users = await findMounts({ config, workspaceDir: workspace.dir, files, emptyFile })
  const mounts = await withDefaultConfig(users, image, { ours: workspace.defaultConfigDir, empty: emptyFile })
  let ending: Promise<string[]> | undefined
  // If the `docker` command was killed, its container still runs. If it ended normally, it removed the container.
  const end = () => {
    ending ??= remove(docker, [name])
    return ending
  }
  return {
    command: docker.path,
    args: dockerArguments({
      ...{ name, image, engine, owner, mounts, envFile, cwd: workspace.cwd, args: order.args(null) },
      user: ownUser(),
    }),
    cwd: workspace.dir,
    env: docker.env,
    runConfigs: [workspace.configPath, posix.join(defaultFolderOf(image), defaultConfigName)],
    end,
    [Symbol.asyncDispose]: async () => {
      await end()
    },
  }
}

/** One line per variable with its plain value: Docker does not understand quotes here. */
function envFileText(env: Readonly<Record<string, string>>): string {
  const lines = Object.entries(env).map(([name, value]) => {
    if (!/[\r\n]/.test(value)) return `${name}=${value}\n`
    throw new AppError(
      'BAD_USAGE',
      `the environment variable ${name} has more than one line, which Docker cannot pass to a container`,
    )
  })
  return lines.join('')
}

async function endLeftovers(docker: DockerCli): Promise<void> {
  const format = `{{.ID}} {{.Label "${ownerLabel}"}}`
  const lines = await docker.ask(['ps', '--all', '--no-trunc', '--filter', `label=${ownerLabel}`, '--format', format])
  const dead: string[] = []
  for (const line of lines.split('\n')) {
    const [, id, label = ''] = /^([0-9a-f]+) (.*)$/.exec(line.trim()) ?? []
    const owner = processIdentitySchema.safeParse(parseJson(label))
    if (id !== undefined && owner.success && (await livenessOf(owner.data)) === 'dead') dead.push(id)
  }
  if (dead.length > 0) await remove(docker, dead)
}

/** Removes containers by force, with the volumes that the image declares. It is fine if there is no such container. */
async function remove(docker: DockerCli, names: readonly string[]): Promise<string[]> {
  try {
    await docker.ask(['rm', '--force', '--volumes', ...names], { timeoutMs: removeTimeoutMs })
    return []
  } catch (error) {
    if (!(error instanceof DockerFailed)) throw error
    if (/no such container|removal of container .{1,200} in progress/i.test(error.message)) return []
    return [`Docker did not end the container of Kometa (docker rm --force ${names.join(' ')}): ${error.message}`]
  }
}
