import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliCommand, seen } from '../cli/cli.ts'

test('a name server that never answers does not keep the doctor for long', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'name-server-'))
  writeFileSync(join(dir, 'resolv.conf'), 'nameserver 127.0.0.77\noptions timeout:30\n')
  const inside = (command: string) => [
    '-m',
    'sh',
    '-c',
    `mount --bind ${dir}/resolv.conf /etc/resolv.conf && ${command}`,
  ]
  if (spawnSync('unshare', inside('true')).status !== 0) {
    process.stderr.write('skipped: this user may not mount a resolv.conf of its own\n')
    return
  }
  const server = createSocket('udp4')
  server.bind(53, '127.0.0.77')
  await once(server, 'listening')
  const [node, ...args] = cliCommand(['doctor', '--data', join(dir, 'data')])
  const child = spawn('unshare', [...inside('exec "$0" "$@"'), node, ...args], {
    env: { PATH: process.env.PATH, HOME: dir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const asked = once(server, 'message')
  await seen(child, 'stdout', /Node: /)
  const started = performance.now()
  await once(child, 'close')
  await asked
  expect(performance.now() - started).toBeLessThan(15_000)
  server.close()
  rmSync(dir, { recursive: true, force: true })
}, 60_000)
