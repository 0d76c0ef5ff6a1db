import { posix } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../contract/errors.ts'
import { parseJson } from '../../util/parse-json.ts'
import { refuseBadPair } from '../install/bad-pair.ts'
import { judgeVersion } from '../install/find.ts'
import { type DockerCli, DockerFailed } from './docker-cli.ts'

/** An image reference that Docker accepts and cannot take for an option. */
const reference = /^[a-zA-Z0-9][\w./:@-]{0,254}$/
/**
 * Variables that override Kometa's arguments and config (kometa.py:141-181). KOMETA_DOCKER, which the image sets
 * itself, is harmless.
 */
const winsOverArguments = /^(?:KOMETA_(?!DOCKER$)|PMM_|PLEXAPI_)/
/** The first container of an image is slow because Docker reads the image from disk. */
const versionTimeoutMs = 60_000

const imageSchema = z.tuple([
  z.object({
    Id: z.string(),
    Config: z.object({
      Env: z.array(z.string()).nullish(),
      Entrypoint: z.array(z.string()).nullish(),
      WorkingDir: z.string().nullish(),
    }),
  }),
])

/** An image of Kometa that exists here. */
export interface KometaImage {
  /** As the user wrote it. */
  name: string
  /** sha256:... of the image. */
  id: string
  /**
   * The program of the image's entry point, and the words between it and kometa.py: its init's options and the
   * interpreter.
   */
  entry: string
  before: string[]
  /** The interpreter in the entry point. */
  python: string
  /** The folder of Kometa's code. */
  dir: string
  version: string
  part: string
  supported: boolean
  warning?: string
}

/** Throws KOMETA_NOT_FOUND when the image is not here, and KOMETA_UNSUPPORTED when it is not an image of Kometa. */
export async function inspectImage(docker: DockerCli, name: string, signal?: AbortSignal): Promise<KometaImage> {
  if (!reference.test(name)) {
    throw new AppError('BAD_USAGE', `"${name.slice(0, 80)}" is not the name of an image`, {
      hint: 'It looks like docker:kometateam/kometa:v2.4.4',
    })
  }
  const { Id: id, Config: config } = await inspect(docker, name, signal)
  const entrypoint = config.Entrypoint ?? []
  const at = entrypoint.findIndex((word) => posix.basename(word) === 'kometa.py')
  const [entry] = entrypoint
  const script = entrypoint[at]
  if (at < 1 || entry === undefined || script === undefined) {
    throw new AppError('KOMETA_UNSUPPORTED', `${name} is not an image of Kometa: it does not start kometa.py`, {
      hint: 'The official one is kometateam/kometa, such as docker:kometateam/kometa:v2.4.4',
    })
  }
  const loud = (config.Env ?? [])
    .map((line) => line.split('=', 1)[0] ?? '')
    .filter((each) => winsOverArguments.test(each))
  if (loud.length > 0) {
    throw new AppError(
      'KOMETA_UNSUPPORTED',
      `${name} sets ${loud.join(', ')}, which would override the arguments of a preview`,
      {
        hint: 'Use the official image: docker:kometateam/kometa:v2.4.4',
      },
    )
  }
  const dir = posix.dirname(posix.resolve('/', config.WorkingDir ?? '', script))
  const python = entrypoint[at - 1] ?? entry
  const { version, part, pythonVersion } = await readVersion(docker, name, { dir, python }, signal)
  const judged = judgeVersion(version)
  const hint = 'Use an image with an older Python, such as docker:kometateam/kometa:v2.4.4, or Kometa 2.5 or newer.'
  refuseBadPair({ python: pythonVersion, kometa: version, where: name, hint })
  return {
    ...{ name, id, entry, dir, version, part, python },
    before: beforeKometa(entrypoint.slice(0, at)),
    ...judged,
  }
}

/** These inits stop reading options at the program's name only after a `--`; tini even reorders what follows. */
const inits = new Set(['tini', 'docker-init', 'dumb-init', 'catatonit'])

/**
 * The stock image has the `--` for tini after kometa.py. Every init accepts it before the program, so it is moved
 * there.
 */
function beforeKometa([entry = '', ...more]: readonly string[]): string[] {
  const python = more.at(-1)
  if (python === undefined || !inits.has(posix.basename(entry))) return more
  return [...more.slice(0, -1).filter((word) => word !== '--'), '--', python]
}

async function inspect(docker: DockerCli, name: string, signal: AbortSignal | undefined) {
  let text: string
  try {
    text = await docker.ask(['image', 'inspect', name], { signal })
  } catch (error) {
    if (!(error instanceof DockerFailed)) throw error
    throw new AppError('KOMETA_NOT_FOUND', `the image ${name} is not here`, {
      hint: `Get it with: docker pull ${name}`,
      details: [error.message],
      cause: error,
    })
  }
  const parsed = imageSchema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data[0]
  throw new AppError('DOCKER_UNAVAILABLE', '"docker image inspect" does not answer as Docker does')
}

/** Reads two files of the image and its interpreter's version, in a container without network access. */
async function readVersion(
  docker: DockerCli,
  name: string,
  { dir, python }: Pick<KometaImage, 'dir' | 'python'>,
  signal: AbortSignal | undefined,
) {
  const between = '-- part --'
  const script = [
    `cat "$2/VERSION" && echo && echo "${between}" && if [ -f "$2/PART" ]; then cat "$2/PART"; fi`,
    `echo && echo "${between}" && "$1" -I -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])'`,
  ].join(' && ')
  const bounds = ['--rm', '--pull', 'never', '--network', 'none', '--read-only', '--cap-drop', 'ALL']
  const args = ['run', ...bounds, '--user', '65534:65534', '--entrypoint', 'sh', name, '-c', script, 'sh', python, dir]
  try {
    const parts = (await docker.ask(args, { timeoutMs: versionTimeoutMs, signal })).split(between)
    const [version = '', part = '', pythonVersion = ''] = parts.map((each) => each.trim())
    return { version, part, pythonVersion }
  } catch (error) {
    if (!(error instanceof DockerFailed)) throw error
    throw new AppError('KOMETA_UNSUPPORTED', `the version of Kometa in ${name} cannot be read: ${error.message}`, {
      cause: error,
    })
  }
}
