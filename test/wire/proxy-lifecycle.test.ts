import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startProxy } from '../../src/proxy/server.ts'
import {
  clientToken,
  createListCaptures,
  createListRecorder,
  request,
  startProxyWorld,
} from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'

function options(preferredPort: number) {
  const connection = connectToSeenPlex({
    url: 'http://127.0.0.1:9',
    token: 't',
    verifySsl: true,
    clientIdentifier: 'c',
  })
  return {
    connection,
    serverId: 's',
    clientToken,
    captures: createListCaptures(),
    recorder: createListRecorder(),
    preferredPort,
  }
}

async function takePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return { port: address.port, close: () => new Promise((resolve) => server.close(resolve)) }
}

describe('the port', () => {
  test('the preferred port if it is free, only on 127.0.0.1', async () => {
    const { port, close } = await takePort()
    await close()
    await using proxy = await startProxy(options(port))
    expect(proxy).toMatchObject({ port, portWasTaken: false, url: `http://127.0.0.1:${port}` })
  })

  test('a free port if the preferred one is taken, with a message', async () => {
    const taken = await takePort()
    await using proxy = await startProxy(options(taken.port))
    expect(proxy.portWasTaken).toBe(true)
    expect(proxy.port).not.toBe(taken.port)
    await taken.close()
  })
})

test('a short token protects nothing and is a bug', async () => {
  await expect(startProxy({ ...options(0), clientToken: 'short' })).rejects.toThrow(/too short/)
})

describe('drain', () => {
  test('requests under way finish, idle connections close, new ones are refused', async () => {
    let arrived: (() => void) | undefined
    let release: (() => void) | undefined
    const atPlex = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const world = await startProxyWorld({
      answer: (_req, res) => {
        release = () => res.writeHead(200, { 'Content-Length': 2 }).end('ok')
        arrived?.()
        return true
      },
    })
    const under = sendRaw(world.proxy.port, request('GET', '/identity'), { until: () => false })
    await atPlex
    const drained = world.proxy.drain()
    expect((await sendRaw(world.proxy.port, request('GET', '/identity'))).closed).toBe(true)
    release?.()
    await drained
    const { text, closed } = await under
    expect(text).toMatch(/^HTTP\/1\.1 200[\s\S]*ok$/)
    expect(closed).toBe(true)
    expect(world.recorder.forwards).toHaveLength(1)
    await world[Symbol.asyncDispose]()
  })

  test('what does not finish in time is cut', async () => {
    let arrived: (() => void) | undefined
    const atPlex = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const world = await startProxyWorld({
      limits: { drainTimeoutMs: 100 },
      answer: () => {
        arrived?.()
        return true
      },
    })
    const under = sendRaw(world.proxy.port, request('GET', '/identity'))
    await atPlex
    await world.proxy.drain()
    expect((await under).closed).toBe(true)
    await world[Symbol.asyncDispose]()
  })
})

describe('our own failures', () => {
  test('a handler that throws: 500, recorded, not forwarded, and the proxy survives', async () => {
    let broken = true
    await using world = await startProxyWorld({
      wrapReads: (forward) => (read, reply) => {
        if (broken) throw new Error('a bug')
        forward(read, reply)
      },
    })
    expect((await sendRaw(world.proxy.port, request('GET', '/identity'))).status).toBe(500)
    expect(world.recorder.refusals).toMatchObject([
      { status: 500, outcome: 'failed', reason: 'the proxy failed: a bug' },
    ])
    expect(world.plex.journal).toEqual([])
    broken = false
    expect((await sendRaw(world.proxy.port, request('GET', '/identity'))).status).toBe(200)
  })

  test('a recorder that throws: the write is answered 500 and never forwarded', async () => {
    const recorder = {
      ...createListRecorder(),
      blocked: () => {
        throw new Error('a full log')
      },
    }
    await using world = await startProxyWorld({ recorder })
    for (const target of ['/library/metadata/5', '/library/metadata/5/posters']) {
      expect((await sendRaw(world.proxy.port, request('PUT', target, [], 'x'))).status).toBe(500)
    }
    expect(world.plex.connections()).toBe(0)
  })

  test('a sequence that throws: 500 and nothing else', async () => {
    const recorder = {
      ...createListRecorder(),
      nextSeq: () => {
        throw new Error('broken')
      },
    }
    await using world = await startProxyWorld({ recorder })
    expect((await sendRaw(world.proxy.port, request('GET', '/identity'))).status).toBe(500)
    expect(world.plex.connections()).toBe(0)
  })

  test('a handler that answers in place of Plex is recorded like a read', async () => {
    await using world = await startProxyWorld({
      wrapReads: () => (_read, reply) => {
        reply.begin(200, { 'content-length': 2 })
        reply.write(Buffer.from('ok'))
        reply.end()
      },
    })
    expect((await sendRaw(world.proxy.port, request('GET', '/identity'))).text).toMatch(/ok$/)
    expect(world.recorder.forwards).toMatchObject([{ bytes: 2, template: '/identity' }])
    expect(world.plex.connections()).toBe(0)
  })
})
