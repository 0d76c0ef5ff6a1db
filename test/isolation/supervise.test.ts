import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { type ChosenIsolation, chooseIsolation } from '../../src/kometa/isolation/isolation.ts'
import { startChild } from '../../src/kometa/process/child.ts'
import { type Supervision, supervise } from '../../src/run/around-kometa/supervise.ts'
import { createDoor, type Door } from '../../src/util/net/door.ts'

const env = { PATH: process.env.PATH ?? '' }
await using isolation = await chooseIsolation('auto', { env, python: null })

/** Returns the output of a shell script that was started as Kometa would be. */
async function output({ supervisor }: Supervision, script: string): Promise<string> {
  if (!supervisor) throw new Error('there is no supervisor')
  const chunks: Buffer[] = []
  const child = startChild({
    ...{ command: '/bin/sh', args: ['-c', script], cwd: '/', env, supervisor },
    signal: new AbortController().signal,
    limits: { idleTimeoutMs: 30_000, graceMs: 1_000, drainMs: 1_000 },
    onOutput: (stdout) => stdout.on('data', (chunk: Buffer) => chunks.push(chunk)),
  })
  expect(await child.done).toMatchObject({ code: 0, cause: 'exited' })
  return Buffer.concat(chunks).toString('utf8').trim()
}

async function openDoor(): Promise<Door & AsyncDisposable> {
  const server = createServer((_req, res) => res.end('the proxy'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const door = createDoor(server, typeof address === 'object' && address !== null ? address.port : 0)
  return { ...door, [Symbol.asyncDispose]: async () => void server.close().closeAllConnections() }
}

const noFiles = { hide: [], readOnly: [], writable: '/tmp' }
const isolated = (chosen: ChosenIsolation, doors: readonly Door[] = []) =>
  supervise(env, { chosen, doors, files: noFiles, python: null })

test.skipIf(isolation.mode === 'none')('every Kometa of a job has its own namespace with the doors', async () => {
  await using door = await openDoor()
  await using chosen = await chooseIsolation('on', { env, python: null })
  await using first = isolated(chosen, [door])
  await using second = isolated(chosen, [door])
  expect(first.supervisor?.process.pid).not.toBe(second.supervisor?.process.pid)
  await Promise.all([first.ready(), second.ready()])
  const fetching = `fetch('http://127.0.0.1:${door.port}').then((a) => a.text()).then(console.log)`
  const fetched = `${process.execPath} -e "${fetching}"`
  const said = await Promise.all([first, second].map((one) => output(one, `readlink /proc/self/ns/net; ${fetched}`)))
  const namespaces = said.map((lines) => lines.split('\n')[0])
  expect(new Set([readlinkSync('/proc/self/ns/net'), ...namespaces]).size).toBe(3)
  for (const lines of said) expect(lines).toMatch(/^net:\[\d+\]\nthe proxy$/)
})

test.skipIf(isolation.mode === 'none')('nothing is started if the promised isolation fails', async () => {
  await using chosen = await chooseIsolation('on', { env, python: null })
  // A port that is in use cannot be opened a second time.
  await using door = await openDoor()
  await using refused = isolated(chosen, [door, door])
  await expect(refused.ready()).rejects.toMatchObject({
    code: 'RUN_FAILED',
    message: expect.stringContaining('could not be isolated: listen EADDRINUSE'),
    hint: expect.stringContaining('--isolate off'),
  })
})

test('without isolation the supervisor is ready at once', async () => {
  await using chosen = await chooseIsolation('off', { env, python: null })
  await using plain = isolated(chosen)
  expect(await plain.ready()).toBeNull()
  if (plain.supervisor) expect(await output(plain, 'echo started')).toBe('started')
})
