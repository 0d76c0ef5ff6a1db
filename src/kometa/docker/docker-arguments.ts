import type { ProcessIdentity } from '../../util/process-identity.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { KometaImage } from './docker-image.ts'
import type { Mount } from './docker-mounts.ts'

/** The label of every container of ours. It tells which containers belong to a dead tool and can be removed. */
export const ownerLabel = 'kometa-preview.owner'

export interface ContainerOrder {
  name: string
  image: KometaImage
  engine: Pick<DockerEngine, 'networkArgs'>
  owner: ProcessIdentity
  mounts: readonly Mount[]
  /** A file with Kometa's environment, which includes the job's credential. No argument carries a secret. */
  envFile: string
  cwd: string
  /** Kometa's own arguments: what follows its interpreter. */
  args: readonly string[]
  /** The owner of the workspace's files; null runs the image's own user. */
  user: ContainerUser | null
}

export interface ContainerUser {
  uid: number
  gid: number
  groups: readonly number[]
}

/** The user of this process; null on a system without numeric user ids. */
export function ownUser(): ContainerUser | null {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  if (uid === undefined || gid === undefined) return null
  return { uid, gid, groups: (process.getgroups?.() ?? []).filter((group) => group !== gid) }
}

export function userArguments(user: ContainerUser | null): string[] {
  return [
    ...(user === null ? [] : ['--user', `${user.uid}:${user.gid}`]),
    ...(user?.groups ?? []).flatMap((group) => ['--group-add', String(group)]),
    // Root in the container can then read other users' files, as root on this machine can.
    ...(user?.uid === 0 ? ['--cap-add', 'DAC_OVERRIDE'] : []),
  ]
}

/**
 * The arguments of `docker run` for one Kometa: the unchanged image, its own init and interpreter, our own user, no
 * root privileges, the workspace at its own path, and the user's files at theirs, read-only. Nothing outlives the run,
 * not even its log.
 */
export function dockerArguments(order: ContainerOrder): string[] {
  const { image, user } = order
  return [
    'run',
    ...['--rm', '--pull', 'never', '--log-driver', 'none'],
    ...['--name', order.name, '--label', `${ownerLabel}=${JSON.stringify(order.owner)}`],
    ...order.engine.networkArgs,
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    // Without this, SELinux denies the container access to folders that keep the user's labels.
    ...['--security-opt', 'label=disable'],
    ...userArguments(user),
    ...order.mounts.flatMap((mount) => ['--mount', mountValue(mount)]),
    ...['--env-file', order.envFile, '--workdir', order.cwd],
    ...['--entrypoint', image.entry, image.id, ...image.before, ...order.args],
  ]
}

/** The value of `--mount`. */
export function mountValue({ source, target, readOnly }: Mount): string {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, ...(readOnly ? ['readonly'] : [])]
  return fields.map(csvField).join(',')
}

/** The value of --mount is a line of CSV, and a path may contain its separators. */
const csvField = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
