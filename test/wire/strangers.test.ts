import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { request, startProxyWorld } from '../support/proxy-world.ts'

/** Opens connections, one after the other, and sends this text on each. */
async function open(port: number, count: number, text = ''): Promise<Socket[]> {
  const sockets: Socket[] = []
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  for (let at = 0; at < count; at += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    sockets.push(socket)
    await once(socket, 'connect')
    if (text !== '') socket.write(text)
  }
  return sockets
}

async function ask(socket: Socket): Promise<string> {
  const answer = once(socket, 'data')
  socket.write(request('GET', '/identity'))
  return String((await answer)[0])
}

test.each([
  ['silent', ''],
  ['in the middle of their first line', 'GET /iden'],
  ['in the middle of their headers', 'GET /identity HTTP/1.1\r\nHost: x\r\n'],
  ['without the token', 'GET /identity HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n'],
])('strangers that fill every place, %s, do not shut out a client with the token', async (_name, text) => {
  await using world = await startProxyWorld({ limits: { maxConnections: 40, stalledConnectionsMs: 20 } })
  const [first] = await open(world.proxy.port, 1)
  if (first === undefined) throw new Error('no connection')
  expect(await ask(first)).toMatch(/^HTTP\/1\.1 200/)
  await open(world.proxy.port, 120, text)
  // The existing connection continues, and a new one gets in.
  expect(await ask(first)).toMatch(/^HTTP\/1\.1 200/)
  const [second] = await open(world.proxy.port, 1)
  if (second === undefined) throw new Error('no connection')
  expect(await ask(second)).toMatch(/^HTTP\/1\.1 200/)
})

test('connections with the token are limited, too', async () => {
  await using world = await startProxyWorld({ limits: { maxConnections: 3 } })
  const sockets = await open(world.proxy.port, 3)
  for (const socket of sockets) expect(await ask(socket)).toMatch(/^HTTP\/1\.1 200/)
  const [more] = await open(world.proxy.port, 1)
  if (more === undefined) throw new Error('no connection')
  await once(more.resume(), 'close')
  for (const socket of sockets) expect(await ask(socket)).toMatch(/^HTTP\/1\.1 200/)
})
