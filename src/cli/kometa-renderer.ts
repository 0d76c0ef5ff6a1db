import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'
import { findDocker } from '../kometa/docker/docker-cli.ts'
import { askEngine } from '../kometa/docker/docker-engine.ts'
import { inspectImage } from '../kometa/docker/docker-image.ts'
import { createImagePython } from '../kometa/docker/docker-python.ts'
import { createDockerRunner } from '../kometa/docker/docker-runner.ts'
import { createLocalPython } from '../kometa/install/ask-python.ts'
import { describeKometa, findKometa } from '../kometa/install/find.ts'
import { checkRequirements } from '../kometa/install/requirements.ts'
import { kometaArgs } from '../kometa/process/arguments.ts'
import { createKometaYaml, yamlStamp } from '../kometa/yaml/kometa-yaml.ts'
import { makeUsableFolder } from '../run/inputs/usable-folder.ts'
import type { Renderer } from '../run/kometas/renderer.ts'

export interface KometaChoice {
  /** `--kometa`. */
  kometa?: string | undefined
  /** `--python`. */
  python?: string | undefined
}

/** What Kometa's YAML reader has answered about files, by the hashes of the files. */
const readingsFile = 'yaml-readings.json'

/** `--kometa docker:IMAGE`. */
const dockerPrefix = 'docker:'

function imageOf(named: string | undefined): string | null {
  return named?.startsWith(dockerPrefix) ? named.slice(dockerPrefix.length) : null
}

/**
 * Finds and checks the user's own Kometa. Throws KOMETA_NOT_FOUND, KOMETA_UNSUPPORTED, PYTHON_NOT_FOUND,
 * KOMETA_REQUIREMENTS, DOCKER_UNAVAILABLE, FOLDER_UNUSABLE.
 */
export async function kometaRenderer(
  choice: KometaChoice,
  dataDir: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<Renderer> {
  const image = imageOf(choice.kometa ?? env.KOMETA_HOME)
  if (image !== null) {
    await makeUsableFolder(dataDir)
    return dockerRenderer(image, choice, dataDir, env, signal)
  }
  const install = await findKometa({
    ...(choice.kometa === undefined ? {} : { dir: choice.kometa }),
    ...(choice.python === undefined ? {} : { python: choice.python }),
    env,
    dataDir,
  })
  await makeUsableFolder(dataDir)
  const requirements = await checkRequirements(install, join(dataDir, 'requirements.json'), env, signal)
  const askPython = createLocalPython({
    python: requirements.executable,
    dir: install.dir,
    home: dataDir,
    env,
    extra: requirements.env,
  })
  return {
    kind: 'kometa',
    version: install.version,
    commit: install.commit,
    supported: install.supported,
    notes: [describeKometa(install)],
    warnings: [...(install.warning === undefined ? [] : [install.warning]), ...requirements.warnings],
    dir: install.dir,
    command: requirements.executable,
    pythonVersion: requirements.python,
    args: (configPath, dir) => kometaArgs(dir ?? install.dir, configPath),
    env: requirements.env,
    askPython,
    readYaml: createKometaYaml({
      ask: askPython,
      identity: `${install.version} ${requirements.identity} ${await yamlStamp(install.dir)}`,
      memoryFile: join(dataDir, readingsFile),
    }),
  }
}

/** A stock image of Kometa, run by Docker. The image holds Kometa's requirements. */
async function dockerRenderer(
  name: string,
  { python }: KometaChoice,
  dataDir: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Renderer> {
  if (python !== undefined)
    throw new AppError('BAD_USAGE', '--python is for a Kometa on this machine: a Docker image has its own Python')
  const docker = await findDocker(env)
  const engine = await askEngine(docker, process.platform, signal)
  const image = await inspectImage(docker, name, signal)
  const askPython = createImagePython(docker, image)
  return {
    kind: 'kometa',
    version: image.part === '' ? image.version : `${image.version}.${image.part}`,
    commit: null,
    supported: image.supported,
    notes: [`Kometa ${image.version} in a container of ${name} (${image.id.slice(0, 19)}), by ${docker.path}`],
    warnings: image.warning === undefined ? [] : [image.warning],
    dir: null,
    command: image.python,
    args: (configPath) => kometaArgs(image.dir, configPath),
    askPython,
    readYaml: createKometaYaml({ ask: askPython, identity: image.id, memoryFile: join(dataDir, readingsFile) }),
    runner: createDockerRunner({ docker, engine, image }),
  }
}
