import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kometaRenderer } from '../../src/cli/kometa-renderer.ts'
import { findDocker } from '../../src/kometa/docker/docker-cli.ts'
import { askEngine } from '../../src/kometa/docker/docker-engine.ts'
import { inspectImage } from '../../src/kometa/docker/docker-image.ts'
import { type DockerSettings, imageName, standInDocker } from './docker-world.ts'

let folder: string
let docker: ReturnType<typeof standInDocker>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'docker-errors-'))
  docker = standInDocker(folder)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const find = (kometa = `docker:${imageName}`, more: { python?: string } = {}) =>
  kometaRenderer({ kometa, ...more }, folder, docker.env)
const image = (config: Partial<DockerSettings['image']['config']>): Partial<DockerSettings> => {
  const { image: usual } = docker.settings()
  return { image: { ...usual, config: { ...usual.config, ...config } } }
}
const version = (text: string | null): Partial<DockerSettings> => {
  const file = join(docker.settings().root, 'VERSION')
  if (text === null) rmSync(file)
  else writeFileSync(file, `${text}\n`)
  return {}
}
const info = (more: object): Partial<DockerSettings> => ({ info: { ...docker.settings().info, ...more } })

test.each<[string, () => Partial<DockerSettings>, string, RegExp, RegExp]>([
  [
    'the engine does not run',
    () => ({
      down: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    }),
    'DOCKER_UNAVAILABLE',
    /Docker is not running/,
    /systemctl start docker/,
  ],
  [
    'the engine does not run, in the words of version 29',
    () => ({ down: 'failed to connect to the docker API at unix:///var/run/docker.sock' }),
    'DOCKER_UNAVAILABLE',
    /Docker is not running/,
    /systemctl start docker/,
  ],
  [
    'this user may not',
    () => ({ down: 'permission denied while trying to connect to the Docker daemon socket' }),
    'DOCKER_UNAVAILABLE',
    /may not use Docker/,
    /group "docker"/,
  ],
  [
    'another machine’s engine',
    () => ({ endpoint: 'tcp://user:secret@nas:2376' }),
    'DOCKER_UNAVAILABLE',
    /^the engine at tcp:\/\/nas:2376 is on another machine/,
    /DOCKER_HOST/,
  ],
  [
    'rootless Docker',
    () => info({ SecurityOptions: ['name=seccomp', 'name=rootless'] }),
    'DOCKER_UNAVAILABLE',
    /rootless/,
    /setup/,
  ],
  ['Windows containers', () => info({ OSType: 'windows' }), 'DOCKER_UNAVAILABLE', /windows containers/, /^$/],
  ['an unexpected answer', () => ({ info: {} }), 'DOCKER_UNAVAILABLE', /does not answer as Docker/, /^$/],
  [
    'another program’s image',
    () => image({ Entrypoint: ['/init'] }),
    'KOMETA_UNSUPPORTED',
    /does not start kometa\.py/,
    /official/,
  ],
  [
    'an image without an entry point',
    () => image({ Entrypoint: null }),
    'KOMETA_UNSUPPORTED',
    /does not start kometa\.py/,
    /official/,
  ],
  [
    'an image that sets options itself',
    () => image({ Env: ['KOMETA_DOCKER=True', 'KOMETA_DELETE_COLLECTIONS=true', 'PLEXAPI_AUTH=x'] }),
    'KOMETA_UNSUPPORTED',
    /sets KOMETA_DELETE_COLLECTIONS, PLEXAPI_AUTH/,
    /official/,
  ],
  [
    'an image with the version of Plex Meta Manager',
    () => version('1.21.1'),
    'KOMETA_UNSUPPORTED',
    /1\.21\.1 is not supported/,
    /2\.4/,
  ],
  [
    'an image without a version',
    () => version(null),
    'KOMETA_UNSUPPORTED',
    /the version of Kometa in .* cannot be read/,
    /^$/,
  ],
])('%s', async (_name, settings, code, message, hint) => {
  docker.change(settings())
  const error = await find().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  expect((error as { hint?: string }).hint ?? '').toMatch(hint)
  expect(JSON.stringify(error)).not.toContain('secret')
})

test('a missing image: the error says how to get it', async () => {
  await expect(find('docker:kometateam/kometa:v9.9.9')).rejects.toMatchObject({
    ...{ code: 'KOMETA_NOT_FOUND', message: 'the image kometateam/kometa:v9.9.9 is not here' },
    hint: 'Get it with: docker pull kometateam/kometa:v9.9.9',
  })
})

test('no docker command', async () => {
  const found = kometaRenderer({ kometa: `docker:${imageName}` }, folder, { PATH: '/nowhere' })
  await expect(found).rejects.toMatchObject({
    code: 'DOCKER_UNAVAILABLE',
    message: 'there is no "docker" command here',
  })
})

test.each(['docker:', 'docker:--privileged', 'docker:a b', `docker:${'a'.repeat(300)}`])(
  '%s is no image, and no option',
  async (name) => {
    await expect(find(name)).rejects.toMatchObject({ code: 'BAD_USAGE' })
    expect(docker.calls().map(({ argv }) => argv[0])).not.toContain('image')
  },
)

test('--python and KOMETA_HOME', async () => {
  await expect(find(undefined, { python: '/usr/bin/python3' })).rejects.toMatchObject({ code: 'BAD_USAGE' })
  const named = await kometaRenderer({}, folder, { ...docker.env, KOMETA_HOME: `docker:${imageName}` })
  expect(named).toMatchObject({ kind: 'kometa', version: '2.4.4', supported: true, dir: null, command: 'python3' })
})

test.each([
  [
    ['/tini', '-s', 'python3', 'kometa.py', '--'],
    ['-s', '--', 'python3'],
  ],
  [
    ['/tini', '-s', '--', 'python3', 'kometa.py'],
    ['-s', '--', 'python3'],
  ],
  [
    ['dumb-init', '/usr/bin/python3', '/kometa.py'],
    ['--', '/usr/bin/python3'],
  ],
  [['python3', 'kometa.py'], []],
  [['/start.sh', 'python3', 'kometa.py'], ['python3']],
])('the entry point %j: what is between its program and kometa.py', async (Entrypoint, before) => {
  docker.change(image({ Entrypoint }))
  const found = await inspectImage(await findDocker(docker.env), imageName)
  expect(found).toMatchObject({ entry: Entrypoint[0], before, dir: '/' })
})

test('a development build, and an older version', async () => {
  writeFileSync(join(docker.settings().root, 'PART'), 'build12\n')
  expect((await find()).version).toBe('2.4.4.build12')
  writeFileSync(join(docker.settings().root, 'VERSION'), '2.3.1\n')
  expect(await find()).toMatchObject({ supported: false, warnings: [expect.stringContaining('older')] })
})

test.skipIf(process.platform === 'win32')('an image whose Python makes Kometa lose its arguments', async () => {
  const python = join(folder, 'python3.14')
  writeFileSync(python, '#!/bin/sh\necho 3.14.0\n', { mode: 0o755 })
  docker.change(image({ Entrypoint: ['/tini', '-s', python, 'kometa.py', '--'] }))
  await expect(find()).rejects.toMatchObject({
    code: 'KOMETA_REQUIREMENTS',
    message: `Kometa 2.4.4 loses its arguments on Python 3.14.0 (${imageName}) and would run your own config.yml.`,
  })
  writeFileSync(join(docker.settings().root, 'VERSION'), '2.5.0\n')
  expect((await find()).version).toBe('2.5.0')
})

test('Windows is referred to WSL, macOS reaches the host by name', async () => {
  const found = await findDocker(docker.env)
  await expect(askEngine(found, 'win32')).rejects.toMatchObject({
    code: 'DOCKER_UNAVAILABLE',
    hint: expect.stringContaining('WSL'),
  })
  expect(await askEngine(found, 'darwin')).toEqual({ version: '28.2.2', host: 'host.docker.internal', networkArgs: [] })
  expect(await askEngine(found, 'linux')).toEqual({
    version: '28.2.2',
    host: '127.0.0.1',
    networkArgs: ['--network', 'host'],
  })
})
