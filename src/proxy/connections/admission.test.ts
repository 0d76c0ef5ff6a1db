import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type AdmissionLimits, admitGradually } from './admission.ts'

const longBody = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n'
const read = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

/** A server that answers a GET at once, and whose POSTs wait, unread, until `begin` is called. */
async function startServer(limits: Partial<AdmissionLimits>) {
  const sockets: Socket[] = []
  const waiting: IncomingMessage[] = []
  const server = createServer((req, res) => {
    if (req.method === 'GET') return res.end('read')
    req.socket.pause()
    waiting.push(req)
    return req.once('end', () => res.end('kept'))
  })
  admitGradually(server, { maxUnread: 2, stalledMs: 60_000, maxHeldMs: 60_000, ...limits })
  server.on('connection', (socket) => sockets.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const clients: Socket[] = []
  onTestFinished(() => {
    for (const client of clients) client.destroy()
    server.close()
  })
  return {
    sockets,
    waiting,
    begin: () => waiting.shift()?.resume(),
    /** Connects, sends, and says what came back when the first bytes did. */
    async send(text: string): Promise<{ client: Socket; answer: Promise<string> }> {
      const client = connect(port, '127.0.0.1').on('error', () => undefined)
      clients.push(client)
      await once(client, 'connect')
      const answer = once(client, 'data').then(([chunk]) => String(chunk))
      answer.catch(() => undefined)
      if (text !== '') client.write(text)
      return { client, answer }
    },
  }
}

const settled = (answer: Promise<unknown>, ms: number) =>
  Promise.race([answer.then(() => true), wait(ms).then(() => false)])

test('of many uploads at once few are read from; the next one is when it is the turn of one before it', async () => {
  const server = await startServer({})
  const uploads = []
  for (let at = 0; at < 6; at += 1) uploads.push(await server.send(`${longBody}${'x'.repeat(30_000)}`))
  await expect.poll(() => server.waiting).toHaveLength(2)
  await wait(50)
  expect(server.sockets.map(({ bytesRead }) => bytesRead > 0)).toEqual([true, true, false, false, false, false])
  server.begin()
  await expect
    .poll(() => server.sockets.map(({ bytesRead }) => bytesRead > 0))
    .toEqual([true, true, true, false, false, false])
  // All of them come through, with every byte.
  for (const { client } of uploads) client.write('x'.repeat(970_000))
  for (let at = 1; at < 6; at += 1) {
    await expect.poll(() => server.waiting.length).toBeGreaterThan(0)
    server.begin()
  }
  for (const { answer } of uploads) expect(await answer).toMatch(/kept$|^HTTP\/1\.1 200/)
})

test('reads make way at once, however many', async () => {
  const server = await startServer({ maxUnread: 1 })
  const reads = await Promise.all(Array.from({ length: 50 }, () => server.send(read)))
  for (const { answer } of reads) expect(await answer).toMatch(/^HTTP\/1\.1 200/)
})

test('connections that stay silent hold up the others until the time is over, and no longer', async () => {
  const server = await startServer({ stalledMs: 300 })
  const started = performance.now()
  await server.send('')
  await server.send('')
  const { answer } = await server.send(read)
  expect(await settled(answer, 100)).toBe(false)
  expect(await answer).toMatch(/^HTTP\/1\.1 200/)
  expect(performance.now() - started).toBeGreaterThan(250)
})

test('one that is held goes on when a silent one goes away, and is forgotten when it goes away itself', async () => {
  const server = await startServer({})
  const [first] = [await server.send(''), await server.send('')]
  const gone = await server.send(read)
  const { answer } = await server.send(read)
  gone.client.destroy()
  expect(await settled(answer, 100)).toBe(false)
  first.client.destroy()
  expect(await answer).toMatch(/^HTTP\/1\.1 200/)
})

test('nobody is held for longer than the limit, though others come to an end', async () => {
  const server = await startServer({ maxUnread: 1, maxHeldMs: 200, stalledMs: 60_000 })
  await server.send(`${longBody}x`)
  await expect.poll(() => server.waiting).toHaveLength(1)
  await server.send(`${longBody}x`)
  const { answer } = await server.send(read)
  expect(await settled(answer, 250)).toBe(false)
  // That there is something to do is noticed when one comes to an end, or after a second without that.
  server.begin()
  expect(await answer).toMatch(/^HTTP\/1\.1 200/)
})
