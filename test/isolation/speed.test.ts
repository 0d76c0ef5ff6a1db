import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { chooseIsolation, namespaceOptions, openDoors } from '../../src/kometa/isolation/isolation.ts'
import { startChild } from '../../src/kometa/process/child.ts'
import { startSupervisor } from '../../src/kometa/process/supervisor.ts'
import { createDoor } from '../../src/util/net/door.ts'

await using isolation = await chooseIsolation('auto', { env: process.env, python: null })
const requests = 3_000
/** Times are compared only on a quiet machine. */
const isExact = process.env.KOMETA_PREVIEW_EXACT === '1'

/** Sends small requests one after the other over one connection, as Kometa does, and prints milliseconds. */
const client = (port: number) => `
  const { Agent, request } = require('node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let left = ${requests + 200}, started = 0
  const next = () => {
    if (left === ${requests}) started = performance.now()
    if (left-- === 0) return console.log(performance.now() - started), process.exit(0)
    const options = { host: '127.0.0.1', port: ${port}, agent, path: '/library/metadata/' + left }
    request(options, (answer) => answer.resume().on('end', next)).end()
  }
  next()`

async function measure(port: number, door: ReturnType<typeof createDoor> | null): Promise<number> {
  const env = { PATH: process.env.PATH ?? '' }
  await using supervisor = startSupervisor({ env, ...(door ? { isolation: namespaceOptions(null) } : {}) })
  await supervisor.ready
  if (door) await openDoors(supervisor, [door], { hide: [], readOnly: [], writable: '/tmp' })
  const output: Buffer[] = []
  const child = startChild({
    command: process.execPath,
    args: ['-e', client(port)],
    cwd: '/',
    env,
    signal: new AbortController().signal,
    limits: { idleTimeoutMs: 60_000, graceMs: 1_000, drainMs: 1_000 },
    supervisor,
    onOutput: (stdout) => stdout.on('data', (chunk: Buffer) => output.push(chunk)),
  })
  expect((await child.done).code).toBe(0)
  return Number(Buffer.concat(output).toString('utf8'))
}

test.skipIf(!isExact || isolation.mode === 'none')(
  'requests out of a namespace are as fast as without one',
  async () => {
    const server = createServer({ noDelay: true }, (_incoming, outgoing) => {
      // The head and the body are sent separately, as in a forwarded answer.
      outgoing.writeHead(200, { 'content-type': 'text/xml' })
      outgoing.write('<MediaContainer>')
      setImmediate(() => outgoing.end('</MediaContainer>'))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const door = createDoor(server, port)
    const figures = { outside: [] as number[], inside: [] as number[] }
    for (let round = 0; round < 3; round += 1) {
      figures.outside.push(await measure(port, null))
      figures.inside.push(await measure(port, door))
    }
    server.close()
    const outside = Math.min(...figures.outside)
    const inside = Math.min(...figures.inside)
    const each = (ms: number) => `${(ms / requests).toFixed(3)} ms`
    process.stdout.write(`${requests} requests: each ${each(outside)} outside, ${each(inside)} inside a namespace\n`)
    // There is no relay in between: only the noise of a busy machine, and no delayed acknowledgement of 40 ms.
    expect(inside / requests).toBeLessThan((outside / requests) * 1.5 + 0.5)
  },
)
