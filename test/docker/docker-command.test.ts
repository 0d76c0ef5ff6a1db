import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dockerArguments } from '../../src/kometa/docker/docker-arguments.ts'

const version = spawnSync('docker', ['--version'], { encoding: 'utf8' }).stdout ?? ''
const hasDocker = process.platform !== 'win32' && version.startsWith('Docker version')
if (!hasDocker) console.error('SKIPPED: what the real docker command makes of our arguments: it is not installed')

/** An engine that is asked to create a container and records the request. */
async function listeningEngine(socket: string) {
  const orders: { path: string; body: unknown }[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const path = (request.url ?? '').replace(/^\/v[\d.]+/, '')
    response.setHeader('Api-Version', '1.45').setHeader('Ostype', 'linux').setHeader('Content-Type', 'application/json')
    if (path === '/_ping') return response.end('OK')
    orders.push({ path, body: JSON.parse(text) })
    response.writeHead(201).end(JSON.stringify({ Id: 'c'.repeat(64), Warnings: [] }))
  })
  server.listen(socket)
  await once(server, 'listening')
  return { orders, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

test.skipIf(!hasDocker)('the real docker command understands our arguments', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'docker-command-'))
  try {
    await using engine = await listeningEngine(join(dir, 'engine.sock'))
    const envFile = join(dir, 'container.env')
    writeFileSync(envFile, 'HTTPS_PROXY=http://preview:secret@127.0.0.1:1\nTZ=Europe/Vienna\n')
    const owner = { pid: 1, start: 'start', host: 'host' }
    const id = `sha256:${'ab'.repeat(32)}`
    const [, ...args] = dockerArguments({
      ...{ name: 'kometa-preview-1', owner, envFile, cwd: '/w/cwd', args: ['/kometa.py', '--run'] },
      image: {
        ...{ name: 'kometateam/kometa:v2.4.4', id, dir: '/', version: '2.4.4', part: '' },
        entry: '/tini',
        before: ['-s', 'python3'],
        python: 'python3',
        supported: true,
      },
      engine: { networkArgs: ['--network', 'host', '--userns', 'host'] },
      mounts: [
        { source: '/w', target: '/w', readOnly: false },
        { source: '/a "b", c', target: '/a "b", c', readOnly: true },
      ],
      user: { uid: 0, gid: 100, groups: [7, 8] },
    })
    // `create` is `run` without the start. HOME hides the user's own settings.
    const child = spawn('docker', ['create', ...args], {
      env: { PATH: process.env.PATH, HOME: dir, DOCKER_HOST: `unix://${join(dir, 'engine.sock')}` },
    })
    let stderr = ''
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    const [code] = await once(child, 'close')
    expect(code, stderr).toBe(0)
    expect(engine.orders.map(({ path }) => path)).toEqual(['/containers/create?name=kometa-preview-1'])
    expect(engine.orders[0]?.body).toMatchObject({
      ...{
        Image: id,
        User: '0:100',
        WorkingDir: '/w/cwd',
        Entrypoint: ['/tini'],
        Cmd: ['-s', 'python3', '/kometa.py', '--run'],
      },
      Env: ['HTTPS_PROXY=http://preview:secret@127.0.0.1:1', 'TZ=Europe/Vienna'],
      Labels: { 'kometa-preview.owner': JSON.stringify(owner) },
      HostConfig: {
        ...{
          AutoRemove: true,
          NetworkMode: 'host',
          UsernsMode: 'host',
          Privileged: false,
          Binds: null,
          PortBindings: {},
        },
        ...{
          CapDrop: ['ALL'],
          CapAdd: [expect.stringMatching(/DAC_OVERRIDE$/)],
          SecurityOpt: ['no-new-privileges', 'label=disable'],
          GroupAdd: ['7', '8'],
        },
        LogConfig: { Type: 'none' },
        Mounts: [
          { Type: 'bind', Source: '/w', Target: '/w' },
          { Type: 'bind', Source: '/a "b", c', Target: '/a "b", c', ReadOnly: true },
        ],
      },
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})
