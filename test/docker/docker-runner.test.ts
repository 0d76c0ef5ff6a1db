import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kometaRenderer } from '../../src/cli/kometa-renderer.ts'
import { kometaVariables } from '../../src/kometa/process/arguments.ts'
import type { JobRequest } from '../../src/run/inputs/request.ts'
import { cli, seen, startCli } from '../cli/cli.ts'
import { canaries, filesWith, type JobWorld, run, startJobWorld } from '../e2e/job-world.ts'
import { imageName, standInDocker } from './docker-world.ts'

const kometa = `docker:${imageName}`
/** After this time, nothing of Kometa may run any more. */
const goneMs = 5_000

let world: JobWorld
let docker: ReturnType<typeof standInDocker>
beforeEach(async () => {
  world = await startJobWorld()
  docker = standInDocker(world.dir)
})
afterEach(async () => {
  for (const { pid } of docker.containers().values()) process.kill(-pid, 'SIGKILL')
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

const workspaces = () => join(world.dataDir, 'workspaces')
const left = () => readdirSync(workspaces()).filter((name) => name.startsWith('workspace-'))
const renderer = () => kometaRenderer({ kometa }, world.dataDir, docker.env)
const preview = async (more: Partial<JobRequest> = {}) =>
  run(world, { specs: ['Nosferatu'], renderer: await renderer(), env: docker.env, ...more })
const runArgs = (...more: string[]) => [
  ...['run', '--config', world.configPath, '--target', 'Nosferatu', '--port', '0'],
  ...['--kometa', kometa, '--data', world.dataDir, '--out', world.jobDir, ...more],
]
/** The `docker run` of Kometa itself. */
const kometaCalls = () => docker.calls().filter(({ argv }) => argv.includes('--env-file'))

/** Starts containers in which this script plays Kometa. */
const play = (script: string) => docker.change({ play: { command: process.execPath, args: ['-e', script, '--'] } })
const ignoresSigterm = "process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)"

test.skipIf(process.platform === 'win32')(
  'the command: a picture, and each argument of docker run as it should be',
  async () => {
    const { code, stderr } = await cli(runArgs(), docker.env)
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(
      `Kometa 2.4.4 in a container of ${imageName} (sha256:abababababab), by ${docker.home}/bin/docker`,
    )
    const [call] = kometaCalls()
    const [user, group] = [process.getuid?.(), process.getgid?.()]
    const groups = (process.getgroups?.() ?? []).filter((each) => each !== group)
    const dir = /source=([^,]*workspace-[^,]*),/.exec(call?.argv.join('\n') ?? '')?.[1] ?? ''
    const owner: unknown = JSON.parse(
      call?.argv.find((word) => word.startsWith('kometa-preview.owner='))?.slice(21) ?? '',
    )
    expect(owner).toMatchObject({ pid: expect.any(Number), start: expect.any(String), host: expect.any(String) })
    expect(call?.argv.filter((word) => !word.startsWith('kometa-preview.owner='))).toEqual([
      ...['run', '--rm', '--pull', 'never', '--log-driver', 'none'],
      ...['--name', expect.stringMatching(/^kometa-preview-[0-9a-f]{16}$/), '--label'],
      ...[
        '--network',
        'host',
        '--cap-drop',
        'ALL',
        '--security-opt',
        'no-new-privileges',
        '--security-opt',
        'label=disable',
      ],
      ...['--user', `${user}:${group}`, ...groups.flatMap((each) => ['--group-add', String(each)])],
      ...(user === 0 ? ['--cap-add', 'DAC_OVERRIDE'] : []),
      ...[
        '--mount',
        `type=bind,source=${dir},target=${dir}`,
        ...(call?.argv.slice(call.argv.indexOf('--mount') + 2, call.argv.indexOf('--env-file')) ?? []),
      ],
      ...['--env-file', join(dir, 'container.env'), '--workdir', expect.stringContaining(join(dir, 'cwd'))],
      ...['--entrypoint', '/tini', docker.settings().image.id, '-s', '--', 'python3', '/kometa.py'],
      ...['--config', expect.stringMatching(/kometa_run\.yml$/), '--run', '--overlays-only', '--ignore-schedules'],
      ...['--read-only-config', '--no-report', '--no-missing', '--no-countdown'],
    ])
    expect(
      call?.argv
        .filter((word) => word.startsWith('type=bind') && !word.includes('workspace-'))
        .every((word) => word.endsWith(',readonly')),
    ).toBe(true)
    expect(docker.containers().size).toBe(0)
    expect(left()).toEqual([])
  },
)

test('no secret is in the command’s arguments or environment, nor the real token in the container', async () => {
  const reveal = `
    const fs = require('node:fs')
    const config = process.argv[process.argv.indexOf('--config') + 1]
    const seen = { env: process.env, config: fs.readFileSync(config, 'utf8'), cwd: process.cwd() }
    fs.writeFileSync(${JSON.stringify(join(world.dir, 'seen.json'))}, JSON.stringify(seen))`
  play(reveal)
  const secretEnv = { PLEX_TOKEN: canaries.plex, KOMETA_RUN: 'false', PYTHONPATH: '/host', TZ: 'Europe/Vienna' }
  await preview({ env: { ...docker.env, ...secretEnv } })
  const seenInside = JSON.parse(readFileSync(join(world.dir, 'seen.json'), 'utf8')) as {
    env: Record<string, string>
    config: string
  }
  const { env, config } = seenInside
  const credential = /^http:\/\/preview:([\w-]+)@127\.0\.0\.1:\d+$/.exec(env.HTTPS_PROXY ?? '')?.[1] ?? ''
  const proxyToken = /token: "?([\w-]{20,})/.exec(config)?.[1] ?? ''
  expect([credential.length, proxyToken.length]).toEqual([32, 32])
  const said = JSON.stringify(docker.calls())
  for (const secret of [credential, proxyToken, ...Object.values(canaries)]) expect(said).not.toContain(secret)
  expect(JSON.stringify(seenInside)).not.toContain(canaries.plex)
  // The trust files lie in the workspace, which the container sees. The stand-in's interpreter may lack certifi.
  const trusting = ['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'].filter((name) => env[name] !== undefined)
  expect(trusting).toHaveLength(spawnSync('python3', ['-c', 'import certifi']).status === 0 ? 2 : 0)
  for (const name of trusting) expect(env[name]).toMatch(/workspace-\w+[\\/]trust[\\/]\w+\.pem$/)
  // The image's own variables and the ones that lead Kometa to our doors, but none about this machine.
  expect(Object.keys(env).sort()).toEqual(
    [
      'BROWSER',
      'HOME',
      'HTTPS_PROXY',
      'HTTP_PROXY',
      'KOMETA_DOCKER',
      'LANG',
      'NO_PROXY',
      'PATH',
      'PYTHONDONTWRITEBYTECODE',
      'PYTHONIOENCODING',
      'PYTHONUNBUFFERED',
      'TZ',
      'http_proxy',
      'https_proxy',
      'no_proxy',
      ...trusting,
      ...Object.keys(kometaVariables('')),
    ].sort(),
  )
  expect(filesWith(world.jobDir, [credential, proxyToken])).toEqual([])
})

test('Docker Desktop: the container reaches this machine by its name there', async () => {
  docker.change({ info: { ...docker.settings().info, OperatingSystem: 'Docker Desktop' } })
  // As in Docker, the name host.docker.internal leads to 127.0.0.1 of the machine.
  play(`
    const config = require('node:fs').readFileSync(process.argv[process.argv.indexOf('--config') + 1], 'utf8')
    const [, host, port] = /url: "?http:\\/\\/([\\w.]+):(\\d+)/.exec(config)
    const [, token] = /token: "?([\\w-]+)/.exec(config)
    const gate = new URL(process.env.HTTPS_PROXY)
    const ask = (port, path, headers) => new Promise((resolve) =>
      require('node:http').get({ port, path, headers }, (answer) => resolve(answer.resume().statusCode)))
    const headers = { host: host + ':' + port, 'x-plex-token': token }
    Promise.all([ask(port, '/identity', headers), ask(gate.port, 'http://nowhere.lan/', {})]).then((statuses) =>
      console.log('SAID ' + JSON.stringify({ host, gate: gate.hostname, noProxy: process.env.NO_PROXY, statuses })))`)
  await preview()
  const log = readFileSync(join(world.jobDir, 'logs/kometa-console.log'), 'utf8')
  const name = 'host.docker.internal'
  expect(JSON.parse(/SAID (.*)/.exec(log)?.[1] ?? '{}')).toEqual({
    ...{ host: name, gate: name, noProxy: expect.stringMatching(/^host\.docker\.internal:\d+$/), statuses: [200, 407] },
  })
  expect(kometaCalls()[0]?.argv).not.toContain('--network')
})

test('with remapped users the container keeps this machine’s users', async () => {
  docker.change({
    info: { ...docker.settings().info, SecurityOptions: ['name=seccomp,profile=builtin', 'name=userns'] },
  })
  await preview()
  expect(kometaCalls()[0]?.argv.join(' ')).toContain('--network host --userns host')
})

test('cancelled: a container that ignores signals is ended too', async () => {
  play(ignoresSigterm)
  const cancel = new AbortController()
  const ending = preview({
    signal: cancel.signal,
    onEvent: (event) =>
      event.type === 'phase' && event.phase === 'kometa' && void whenDeaf().then(() => cancel.abort()),
  })
  const whenDeaf = () => expect.poll(() => consoleLog().includes('deaf'), { timeout: 40_000 }).toBe(true)
  const { summary } = await ending
  expect(summary.status).toBe('cancelled')
  expect(docker.containers().size).toBe(0)
  expect(docker.calls().at(-1)?.argv.slice(0, 3)).toEqual(['rm', '--force', '--volumes'])
})

const consoleLog = () => {
  const file = join(world.jobDir, 'logs/kometa-console.log')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

describe.skipIf(process.platform === 'win32')('kill -9 of the tool', () => {
  const killed = async () => {
    const { child, done } = startCli(runArgs(), docker.env)
    await expect.poll(() => consoleLog().includes('working'), { timeout: 40_000 }).toBe(true)
    child.kill('SIGKILL')
    await done
  }

  test('its container gets the signal and ends within 5 s', async () => {
    play("console.log('working'); setInterval(() => {}, 1000)")
    await killed()
    await expect.poll(() => docker.containers().size, { timeout: goneMs }).toBe(0)
  })

  test('a container that ignores it is ended by the next start; containers of living tools are not', async () => {
    play(ignoresSigterm.replace('deaf', 'working'))
    await killed()
    const [orphan] = docker.containers().keys()
    await expect.poll(() => docker.calls().length).toBeGreaterThan(0)
    const living = {
      id: 'c0ffee',
      pid: 0,
      labels: { 'kometa-preview.owner': JSON.stringify({ pid: 1, start: 'x', host: 'another' }) },
    }
    const foreign = { id: 'beef', pid: 0, labels: {} }
    for (const [name, container] of Object.entries({ living, foreign }))
      writeFileSync(join(docker.home, 'containers', name), JSON.stringify(container))
    docker.change({ play: { command: process.execPath, args: ['-e', '', '--'] } })
    await preview()
    expect(orphan).toMatch(/^kometa-preview-/)
    expect([...docker.containers().keys()].sort()).toEqual(['foreign', 'living'])
    for (const name of ['living', 'foreign']) docker.forget(name)
  })
})

test('if the engine cannot start the container, its message is in the summary', async () => {
  docker.change({ play: { command: join(world.dir, 'nothing'), args: [] } })
  const { summary } = await preview()
  expect(summary.status).toBe('failed')
  expect(summary.problems[0]).toMatch(/^Kometa did not start: docker: Error response from daemon: .*ENOENT/)
})

test('--isolate on is refused; without it, the summary describes the isolation', async () => {
  await expect(preview({ isolate: 'on' })).rejects.toMatchObject({ code: 'ISOLATION_UNAVAILABLE' })
  const { summary } = await preview()
  expect(summary).toMatchObject({
    status: 'success',
    isolation: { mode: 'none', why: expect.stringContaining('in a container of') },
  })
})

test('doctor: one line each for the engine and the image', async () => {
  const args = ['doctor', '--kometa', kometa, '--data', world.dataDir]
  const { stdout } = await cli(args, docker.env)
  expect(stdout).toContain(`ok       Docker: ${docker.home}/bin/docker, Docker 28.2.2`)
  expect(stdout).toContain(`ok       Kometa: Kometa 2.4.4 in a container of ${imageName}`)
  expect(stdout).toContain("skipped  Kometa's requirements: they are in the image")
  docker.change({
    down: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  })
  const down = await cli(args, docker.env)
  expect(down.code).toBe(1)
  expect(down.stdout).toMatch(/problem {2}Docker: Docker is not running -> Start it .*Cannot connect/)
})

test('serve: the studio finds the image', async () => {
  const { child, done } = startCli(['serve', '--port', '0', '--kometa', kometa, '--data', world.dataDir], docker.env)
  const [, url] = await seen(child, 'stderr', /Kometa Preview is at (\S+)/)
  await expect
    .poll(async () => (await (await fetch(`${url}/api/kometa`)).json()) as unknown, { timeout: 40_000 })
    .toMatchObject({ state: 'ready', version: '2.4.4', folder: null, python: null, image: imageName })
  child.kill('SIGTERM')
  await done
})
