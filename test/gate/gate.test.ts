import { createServer as createHttpServer, request } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { parseNextHop } from '../../src/gate/dial.ts'
import { type Gate, startGate } from '../../src/gate/gate.ts'
import type { GateEntry } from '../../src/gate/gate-entries.ts'
import type { GateOptions } from '../../src/gate/gate-options.ts'

const open: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function gate(options: Partial<GateOptions> = {}) {
  const entries: GateEntry[] = []
  const waiting: (() => void)[] = []
  const started: Gate = await startGate({
    rules: { mode: 'open', allow: [], deny: [], plexNames: new Set(['plex.test']), plexAccount: false },
    onEntry: (entry) => {
      entries.push(entry)
      for (const wake of waiting.splice(0)) wake()
    },
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    ...options,
  })
  open.push(() => started[Symbol.asyncDispose]())
  const entry = async () => {
    while (entries.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    return entries.at(-1)
  }
  return { ...started, entries, entry }
}

/** A server that answers each connection with what it received, in capitals. */
async function echo(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('data', (data) => socket.write(data.toString().toUpperCase()))
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => server.close())
  return (server.address() as AddressInfo).port
}

const authorization = (credential: string) => `Basic ${Buffer.from(`preview:${credential}`).toString('base64')}`

/** Sends raw bytes to the gate and returns the answer once `until` appears in it or the gate closes. */
function exchange(port: number, bytes: string, until?: string, then?: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = ''
    let sent = false
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (data) => {
      seen += data.toString()
      if (then && !sent && seen.includes('\r\n\r\n')) {
        sent = true
        then(socket)
      }
      if (until && seen.includes(until)) {
        socket.end()
        resolve(seen)
      }
    })
    socket.on('close', () => resolve(seen))
    socket.on('error', reject)
  })
}

describe('CONNECT', () => {
  test('tunnels bytes both ways and counts them', async () => {
    const port = await echo()
    const { port: gatePort, credential, entry } = await gate()
    const head = `CONNECT api.themoviedb.org:${port} HTTP/1.1\r\nProxy-Authorization: ${authorization(credential)}\r\n\r\n`
    const answer = await exchange(gatePort, head, 'HELLO', (socket) => socket.write('hello'))
    expect(answer).toContain('200 Connection established')
    expect(await entry()).toMatchObject({ host: 'api.themoviedb.org', port, verdict: 'pass', bytesUp: 5, bytesDown: 5 })
  })

  test.each([
    ['without the credential', 'CONNECT a.test:443 HTTP/1.1\r\n\r\n', '407'],
    ['with a wrong credential', 'CONNECT a.test:443 HTTP/1.1\r\nProxy-Authorization: Basic eA==\r\n\r\n', '407'],
    ['to the Plex server', 'CONNECT plex.test:32400 HTTP/1.1\r\nAUTH\r\n\r\n', '403'],
    ['to this machine', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nAUTH\r\n\r\n', '403'],
    ['without a port', 'CONNECT a.test HTTP/1.1\r\nAUTH\r\n\r\n', '400'],
    ['to a path', 'CONNECT a.test:443/x HTTP/1.1\r\nAUTH\r\n\r\n', '400'],
  ])('%s is refused and recorded', async (_name, raw, status) => {
    const { port, credential, entry } = await gate()
    const answer = await exchange(port, raw.replace('AUTH', `Proxy-Authorization: ${authorization(credential)}`))
    expect(answer.split('\r\n')[0]).toContain(status)
    expect(await entry()).toMatchObject({ verdict: 'block' })
  })

  test('a name that resolves to a private address is refused', async () => {
    const { port, credential, entry } = await gate({
      resolve: (await import('../../src/util/net/public-address.ts')).resolvePublic,
    })
    const head = `CONNECT localhost.localdomain.test:443 HTTP/1.1\r\nProxy-Authorization: ${authorization(credential)}\r\n\r\n`
    expect((await exchange(port, head)).split(' ')[1]).toMatch(/403|502/)
    expect(await entry()).toMatchObject({ verdict: 'block' })
  })

  test('goes through the proxy of the environment, by name', async () => {
    const seen: string[] = []
    const upstream = createHttpServer()
    upstream.on('connect', (incoming, socket) => {
      seen.push(`${incoming.url} ${incoming.headers['proxy-authorization']}`)
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.on('data', (data: Buffer) => socket.write(data.toString().toUpperCase()))
      socket.on('error', () => socket.destroy())
    })
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
    open.push(() => upstream.close())
    const nextHop = parseNextHop(`http://me:p%40ss@127.0.0.1:${(upstream.address() as AddressInfo).port}`)
    const { port, credential } = await gate({ nextHop })
    const head = `CONNECT www.omdbapi.com:443 HTTP/1.1\r\nProxy-Authorization: ${authorization(credential)}\r\n\r\n`
    expect(await exchange(port, head, 'HELLO', (socket) => socket.write('hello'))).toContain('HELLO')
    expect(seen).toEqual([`www.omdbapi.com:443 Basic ${Buffer.from('me:p@ss').toString('base64')}`])
  })
})

describe('plain HTTP', () => {
  test('is forwarded without the credential', async () => {
    const heads: Record<string, unknown>[] = []
    const origin = createHttpServer((incoming, outgoing) => {
      heads.push({ url: incoming.url, ...incoming.headers })
      outgoing.end('fine')
    })
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    open.push(() => origin.close())
    const { port: originPort } = origin.address() as AddressInfo
    const { port, credential, entry } = await gate()
    const body = await new Promise<string>((resolve, reject) => {
      const headers = { 'proxy-authorization': authorization(credential) }
      const path = `http://webservice.fanart.tv:${originPort}/v3?x=1`
      request({ host: '127.0.0.1', port, path, headers }, (answer) => {
        let text = ''
        answer.on('data', (chunk) => {
          text += chunk
        })
        answer.on('end', () => resolve(`${answer.statusCode} ${text}`))
      })
        .on('error', reject)
        .end()
    })
    expect(body).toBe('200 fine')
    expect(heads[0]).toMatchObject({ url: '/v3?x=1', host: `webservice.fanart.tv:${originPort}` })
    expect(heads[0]).not.toHaveProperty('proxy-authorization')
    expect(await entry()).toMatchObject({ method: 'GET', verdict: 'pass', reason: '' })
  })

  test('a direct request is not a proxy request', async () => {
    const { port, credential } = await gate()
    const raw = `GET / HTTP/1.1\r\nHost: x\r\nProxy-Authorization: ${authorization(credential)}\r\n\r\n`
    expect((await exchange(port, raw)).split('\r\n')[0]).toContain('400')
  })
})
