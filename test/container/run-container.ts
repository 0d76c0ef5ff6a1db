import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { buildah } from './buildah.ts'

const configSchema = z.object({
  Docker: z.object({
    config: z.object({
      Env: z.array(z.string()),
      Entrypoint: z.array(z.string()),
      Cmd: z.array(z.string()),
      Labels: z.record(z.string(), z.string()),
      Volumes: z.record(z.string(), z.unknown()),
      ExposedPorts: z.record(z.string(), z.unknown()),
      StopSignal: z.string(),
      Healthcheck: z.object({ Test: z.array(z.string()) }),
    }),
  }),
})
export type ImageConfig = z.infer<typeof configSchema>['Docker']['config']

export const imageConfig = (image: string): ImageConfig =>
  configSchema.parse(JSON.parse(buildah('inspect', '--type', 'image', image))).Docker.config

export interface ContainerOptions {
  /** The root folder of the mounted image. */
  root: string
  config: ImageConfig
  /** What is given after the image's name in `docker run`; without it the image's own command. */
  args?: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Place in the container -> folder of the host; `:ro` behind the folder as in Docker. */
  volumes: Readonly<Record<string, string>>
  /** A tmpfs on /tmp. Without it nothing but the volumes can be written. */
  tmpfs?: boolean
  /** As `user:` in a compose file: not even started as root, and without any capability. */
  user?: string
  /** A network of its own with nothing but loopback, instead of the host's. */
  ownNetwork?: boolean
}

export interface ContainerRun {
  child: ChildProcess
  /** The init of the container, as the host numbers it. */
  initPid(): number
  done: Promise<{ code: number | null; stdout: string; stderr: string }>
}

/**
 * Starts a container of the image as an engine does: own mounts and processes, a root file system that cannot be
 * written, the image's entry point as process 1. buildah's own `run` knows neither read-only roots nor entry points.
 */
export function startContainer(options: ContainerOptions): ContainerRun {
  const { root, config, volumes, args = config.Cmd } = options
  const mounts = Object.entries(volumes).map(([place, folder]) => {
    const readOnly = folder.endsWith(':ro')
    return { place: join(root, place), folder: folder.replace(/:ro$/, ''), readOnly }
  })
  const script = [
    'set -eu',
    ...(options.ownNetwork ? ['ip link set lo up'] : []),
    `mount --bind ${quote(root)} ${quote(root)}`,
    `mount -t proc proc ${quote(`${root}/proc`)}`,
    `mount --rbind /dev ${quote(`${root}/dev`)}`,
    ...(options.tmpfs === false ? [] : [`mount -t tmpfs -o mode=1777 tmpfs ${quote(`${root}/tmp`)}`]),
    ...mounts.flatMap(({ place, folder, readOnly }) => [
      `mkdir -p ${quote(place)}`,
      `mount --bind ${quote(folder)} ${quote(place)}`,
      ...(readOnly ? [`mount -o remount,bind,ro ${quote(place)}`] : []),
    ]),
    `mount -o remount,bind,ro ${quote(root)}`,
    // As engines do it: a process in a chroot could not have a namespace of its own, and ours shall try.
    `cd ${quote(root)}`,
    'pivot_root . .',
    'umount -l .',
    'cd /',
    'exec "$@"',
  ].join('\n')
  const env = [...config.Env, ...Object.entries(options.env ?? {}).map(([key, value]) => `${key}=${value}`)]
  const [uid, gid] = options.user?.split(':') ?? []
  const asUser =
    uid === undefined
      ? []
      : [
          'setpriv',
          `--reuid=${uid}`,
          `--regid=${gid ?? uid}`,
          '--clear-groups',
          '--inh-caps=-all',
          '--bounding-set=-all',
          '--no-new-privs',
          '--',
        ]
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--ipc', '--uts']
  const inside = [...asUser, 'env', '-i', ...env, ...config.Entrypoint, ...args]
  const child = spawn(
    'unshare',
    [...namespaces, ...(options.ownNetwork ? ['--net'] : []), 'sh', '-c', script, 'sh', ...inside],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return {
    child,
    initPid: () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()),
    done: once(child, 'close').then(([code]) => ({ code, stdout, stderr })),
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
