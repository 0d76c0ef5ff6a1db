import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seen, startCli } from '../cli/cli.ts'
import { startScriptedServer } from '../support/scripted-server.ts'
import { type DoctorWorld, startDoctorWorld } from './examine.ts'

let world: DoctorWorld
beforeAll(async () => {
  world = await startDoctorWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('a data folder that is a file', async () => {
  writeFileSync(join(world.folder, 'file'), '')
  const { found } = await world.examine({ dataDir: join(world.folder, 'file', 'data') })
  for (const one of found('folder')) {
    expect(one).toMatchObject({ status: 'problem', detail: expect.stringMatching(/ENOTDIR|ENOENT/) })
    expect(one.fix).toContain('--data')
  }
})

const succeeds = (...command: string[]) => spawnSync(command[0] ?? '', command.slice(1)).status === 0

test.each([
  ['64m', 'problem', 'not enough for one target'],
  ['500m', 'warning', 'not enough for many targets'],
])('a disk of %s', async (size, status, words) => {
  const dataDir = join(world.folder, `disk-${size}`)
  mkdirSync(dataDir)
  if (!succeeds('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dataDir)) {
    process.stderr.write('skipped: this user may not mount a file system\n')
    return
  }
  try {
    const { one } = await world.examine({ dataDir })
    expect(one('disk')).toMatchObject({ status, detail: expect.stringContaining(words) })
    expect(one('disk')?.fix).toContain('Make room')
  } finally {
    succeeds('umount', '-l', dataDir)
  }
})

test('the port of the studio: taken by another program', async () => {
  await using other = await startScriptedServer((socket) => socket.end('no http\n'))
  const { port } = other
  const { found, problems } = await world.examine({ studioPort: port })
  expect(found('port')[1]).toMatchObject({ status: 'warning', detail: `${port} is taken by another program` })
  expect(found('port')[1]?.fix).toContain('--port')
  expect(problems).toBe(0)
})

test('the port of the studio: our own studio runs there', async () => {
  const { child, done } = startCli(['demo', '--port', '0', '--data', join(world.folder, 'demo')])
  const [, port] = await seen(child, 'stderr', /is at http:\/\/127\.0\.0\.1:(\d+)/)
  const { found } = await world.examine({ studioPort: Number(port) })
  expect(found('port')[1]).toMatchObject({ status: 'ok', detail: `${port} is where a studio of ours runs` })
  child.kill('SIGTERM')
  await done
})

test.skipIf(process.platform !== 'linux')('no way to isolate Kometa is a warning that says why', async () => {
  const env = { ...world.outside.env, PATH: join(world.folder, 'no-programs') }
  const { one, problems } = await world.examine({ env })
  expect(one('isolation')).toMatchObject({ status: 'warning', detail: expect.stringContaining('unshare') })
  expect(one('isolation')?.fix).toContain('Previews work without it')
  expect(problems).toBe(0)
})
