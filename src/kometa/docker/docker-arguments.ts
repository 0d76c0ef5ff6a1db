import type { Owner } from '../../config/workspace/stale-workspaces.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { KometaImage } from './docker-image.ts'
import type { Mount } from './docker-mounts.ts'

/** Every container of ours has it: who is dead leaves no doubt which ones are to be cleared away. */
export const ownerLabel = 'kometa-preview.owner'

export interface ContainerOrder {
  name: string
  image: KometaImage
  engine: Pick<DockerEngine, 'networkArgs'>
  owner: Owner
  mounts: readonly Mount[]
  /** Holds Kometa's environment, with the job's credential: no argument does. */
  envFile: string
  cwd: string
  /** Kometa's, as after its interpreter. */
  args: readonly string[]
  /** Whom the files of the workspace belong to; without it the image's own user. */
  user: ContainerUser | null
}

export interface ContainerUser {
  uid: number
  gid: number
  groups: readonly number[]
}

/** The user of this process; null where the system knows no such numbers. */
export function ownUser(): ContainerUser | null {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()]
  if (uid === undefined || gid === undefined) return null
  return { uid, gid, groups: (process.getgroups?.() ?? []).filter((group) => group !== gid) }
}

export function userArguments(user: ContainerUser | null): string[] {
  return [
    ...(user === null ? [] : ['--user', `${user.uid}:${user.gid}`]),
    ...(user?.groups ?? []).flatMap((group) => ['--group-add', String(group)]),
    // As a process of this machine would: root reads what belongs to others, too.
    ...(user?.uid === 0 ? ['--cap-add', 'DAC_OVERRIDE'] : []),
  ]
}

/**
 * The arguments of `docker run` for one Kometa: the image as it is, started by its own init and interpreter, as our own
 * user, without a right of root, with the workspace at its own path and the user's files at theirs, read-only. Nothing
 * of it outlives the run, its log neither.
 */
export function dockerArguments(order: ContainerOrder): string[] {
  const { image, user } = order
  return [
    'run',
    ...['--rm', '--pull', 'never', '--log-driver', 'none'],
    ...['--name', order.name, '--label', `${ownerLabel}=${JSON.stringify(order.owner)}`],
    ...order.engine.networkArgs,
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    // Otherwise SELinux keeps the container from folders whose labels are the user's and stay as they are.
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

/** The value of --mount is a line of CSV: a path may hold what parts its fields. */
const csvField = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
