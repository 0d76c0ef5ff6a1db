import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { fakeCheckout } from '../setup/world.ts'
import { buildah, hasImage, makeImage } from './buildah.ts'
import { command } from './command.ts'

const certificates = '/etc/ssl/certs/ca-certificates.crt'
const prefix = 'localhost/kometa-preview-test'

export interface Bases {
  kometa: string
  node: string
}

/**
 * Stand-ins for the two images that the Dockerfile builds on, made of Debian's packages: one with Python, an init and
 * Kometa's code in `/` as Kometa's own image has it, one with this machine's Node and npm as Node's image has them.
 */
export async function makeBases(kometaHome: string | undefined): Promise<Bases> {
  const debian = `${prefix}/debian:${hash(debianRelease())}`
  if (!hasImage(debian)) await makeDebian(debian)
  const node = `${prefix}/node:${hash(debian, process.version)}`
  if (!hasImage(node)) await makeNode(node, debian)
  if (kometaHome === undefined) {
    const kometa = `${prefix}/kometa:${hash(debian, 'no Kometa')}`
    if (!hasImage(kometa))
      await makeImage(kometa, debian, (root) => layCode(root, fakeCheckout(join(root, 'tmp/kometa'))), asKometas)
    return { kometa, node }
  }
  const python = `${prefix}/python:${hash(debian, readFileSync(join(kometaHome, 'requirements.txt'), 'utf8'))}`
  if (!hasImage(python)) await makePython(python, debian, kometaHome)
  // The code itself may be a checkout that is worked on: it is laid on top each time.
  const kometa = `${prefix}/kometa:latest`
  await makeImage(kometa, python, (root) => layCode(root, kometaHome), asKometas)
  return { kometa, node }
}

/** As Kometa's own Dockerfile ends. */
const asKometas = [
  '--entrypoint',
  '["/tini","-s","python3","kometa.py","--"]',
  '--env',
  'KOMETA_DOCKER=True',
  '--env',
  'LANG=C.UTF-8',
  '--volume',
  '/config',
]

function debianRelease(): string {
  return /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable'
}

async function makeDebian(name: string): Promise<void> {
  const release = debianRelease()
  const targets = command('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(RELEASE) $(COMPONENT)',
    'Identifier: Packages',
  ])
  const mirror = targets
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, suite, component]) => suite === release && component === 'main')?.[0]
  if (mirror === undefined) throw new Error(`apt knows no mirror for ${release}`)
  const packages = '--include=python3,tini,ca-certificates'
  await makeImage(name, 'scratch', (root) => {
    command('debootstrap', ['--variant=minbase', packages, release, root, mirror])
    command('chroot', [root, 'apt-get', 'clean'])
    // The machine may trust an authority of its own, without which no registry can be reached.
    copyFileSync(certificates, join(root, certificates))
  })
}

async function makeNode(name: string, debian: string): Promise<void> {
  const npm = join(command('npm', ['root', '--global']), 'npm')
  const settings = {
    npm_config_cache: '/npm-cache',
    npm_config_registry: command('npm', ['config', 'get', 'registry']),
    npm_config_cafile: certificates,
    npm_config_update_notifier: 'false',
  }
  const env = Object.entries(settings).flatMap(([key, value]) => ['--env', `${key}=${value}`])
  await makeImage(
    name,
    debian,
    (root) => {
      const local = join(root, 'usr/local')
      copyFileSync(realpathSync(process.execPath), join(local, 'bin/node'))
      chmodSync(join(local, 'bin/node'), 0o755)
      cpSync(realpathSync(npm), join(local, 'lib/node_modules/npm'), { recursive: true })
      for (const bin of ['npm', 'npx']) {
        symlinkSync(`../lib/node_modules/npm/bin/${bin}-cli.js`, join(local, 'bin', bin))
      }
    },
    env,
  )
}

/** With Kometa's requirements, installed as its Dockerfile does. */
async function makePython(name: string, debian: string, kometaHome: string): Promise<void> {
  await makeImage(name, debian, (root, container) => {
    copyFileSync(join(kometaHome, 'requirements.txt'), join(root, 'requirements.txt'))
    const pip = Object.entries(process.env).filter(([key]) => key.startsWith('PIP_'))
    const env = [...pip, ['PIP_BREAK_SYSTEM_PACKAGES', '1'], ['PIP_ROOT_USER_ACTION', 'ignore']]
    const flags = env.flatMap(([key, value]) => ['--env', `${key}=${value}`])
    const inside = (...args: string[]) => buildah('run', ...flags, container, '--', ...args)
    inside('apt-get', 'update', '-qq')
    inside('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'python3-pip')
    inside('python3', '-m', 'pip', 'install', '--no-cache-dir', '--requirement', '/requirements.txt')
  })
}

/** As `COPY . /` of Kometa's Dockerfile lays it; its image brings its own tini in the root folder. */
function layCode(root: string, code: string): void {
  copyFileSync(join(root, 'usr/bin/tini-static'), join(root, 'tini'))
  chmodSync(join(root, 'tini'), 0o755)
  for (const name of ['kometa.py', 'requirements.txt', 'VERSION', 'PART', 'modules', 'defaults', 'fonts']) {
    if (existsSync(join(code, name))) cpSync(join(code, name), join(root, name), { recursive: true })
  }
  mkdirSync(join(root, 'config'), { recursive: true })
}

const hash = (...texts: readonly string[]): string =>
  createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 12)
