import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { get as httpGet } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { downloadFile } from '../../src/gate/download.ts'
import { startServiceProxy } from '../../src/gate/service-proxy.ts'
import { allowRead } from '../../src/policy/classify-read.ts'
import { createReadUrl } from '../../src/proxy/capture/read-url.ts'
import { createLedger } from '../../src/proxy/ledger/ledger.ts'
import { startProxy } from '../../src/proxy/server.ts'
import { createJobRecorder } from '../../src/run/records/job-recorder.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { createJobLog } from '../../src/util/job-log.ts'
import { failOnReset } from '../../src/util/net/resets.ts'
import { createRedactor } from '../../src/util/redact.ts'
import { openGate } from '../gate/gate-world.ts'
import { clientToken, createListCaptures, createListRecorder } from '../support/proxy-world.ts'
import { startScriptedServer } from '../support/scripted-server.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'

/** Answers whose end is marked only by the end of the connection. */
const heads = {
  'no length': 'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n',
  'no length, Connection: close': 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n',
  'HTTP/1.0': 'HTTP/1.0 200 OK\r\n\r\n',
}
const body = '<MediaContainer size="1">'.padEnd(5_000, 'x')

/** Node itself takes a reset that arrives together with the data for an end. */
type End = 'reset' | 'reset at once' | 'end'

const closing: AsyncDisposable[] = []
const keep = <T extends AsyncDisposable>(one: T): T => {
  closing.push(one)
  return one
}
afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

/** A server that sends the answer, and ends it in the given way once the client has its first bytes. */
async function startServer(head: string, end: End) {
  const waiting: (() => void)[] = []
  let arrived = end === 'reset at once'
  const act = (socket: Socket) => () => (end === 'end' ? socket.end() : socket.resetAndDestroy())
  const server = keep(
    await startScriptedServer((socket) => {
      socket.write(head + body, () => {
        if (arrived) act(socket)()
        else waiting.push(act(socket))
      })
    }),
  )
  return {
    ...server,
    hasArrived() {
      arrived = true
      for (const each of waiting.splice(0)) each()
    },
  }
}

interface Outcome {
  end: 'whole' | 'broken'
  bytes: number
}

function ask(url: string, headers: Record<string, string>, hasArrived: () => void): Promise<Outcome> {
  return new Promise((resolve) => {
    let bytes = 0
    const request = httpGet(url, { agent: false, headers }, (response) => {
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        hasArrived()
      })
      response.on('error', () => undefined)
      response.on('close', () => resolve({ end: response.complete ? 'whole' : 'broken', bytes }))
    })
    request.on('error', () => resolve({ end: 'broken', bytes }))
  })
}

const plexAt = (url: string) => keep(connectToSeenPlex({ url, token: 'real', verifySsl: true, clientIdentifier: 'c' }))
const target = allowRead('/library/sections')
const outcomeOf = (read: Promise<{ length: number }>): Promise<Outcome> =>
  read.then(
    ({ length }) => ({ end: 'whole', bytes: length }),
    () => ({ end: 'broken', bytes: 0 }),
  )

/** Every route by which an answer passes through this tool. */
const ways: Record<string, (head: string, end: End) => Promise<Outcome>> = {
  async 'a read of our own'(head, end) {
    const server = await startServer(head, end)
    server.hasArrived()
    return outcomeOf(
      plexAt(server.url)
        .get({ method: 'GET', resource: target })
        .then((answer) => answer.body),
    )
  },
  async 'a streamed read of our own'(head, end) {
    const server = await startServer(head, end)
    const out = new PassThrough()
    out.once('data', server.hasArrived)
    const whole = buffer(out)
    whole.catch(() => undefined)
    return outcomeOf(
      plexAt(server.url)
        .stream({ method: 'GET', resource: target }, () => out)
        .then(() => whole),
    )
  },
  async 'the proxy'(head, end) {
    const server = await startServer(head, end)
    const proxy = keep(await startProxy({ ...proxyOptions(), connection: plexAt(server.url) }))
    return ask(`${proxy.url}/library/sections`, { 'X-Plex-Token': clientToken }, server.hasArrived)
  },
  async 'a service proxy'(head, end) {
    const server = await startServer(head, end)
    const options = { service: 'radarr', verifySsl: true, plex: [], onEntry: () => undefined } as const
    const proxy = keep(await startServiceProxy({ ...options, url: server.url }))
    return ask(`${proxy.url}/api/v3/movie`, {}, server.hasArrived)
  },
  async 'the gate, plain'(head, end) {
    const server = await startServer(head, end)
    const gate = await openGate()
    const headers = { 'proxy-authorization': gate.authorization }
    return new Promise((resolve) => {
      let bytes = 0
      const path = `http://outside.test:${server.port}/`
      const request = httpGet({ port: gate.port, path, agent: false, headers }, (response) => {
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          server.hasArrived()
        })
        response.on('error', () => undefined)
        response.on('close', () => resolve({ end: response.complete ? 'whole' : 'broken', bytes }))
      })
      request.on('error', () => resolve({ end: 'broken', bytes }))
    })
  },
  async 'a tunnel of the gate'(head, end) {
    const server = await startServer(head, end)
    const gate = await openGate()
    return new Promise((resolve) => {
      let seen = ''
      const socket = connect(gate.port, '127.0.0.1')
      // The test's client must not take a reset for an end either.
      failOnReset(socket)
      socket.write(`CONNECT outside.test:${server.port} HTTP/1.1\r\nProxy-Authorization: ${gate.authorization}\r\n\r\n`)
      socket.on('data', (chunk) => {
        if (seen === '') socket.write('GET / HTTP/1.1\r\n\r\n')
        seen += chunk.toString('latin1')
        if (seen.includes('MediaContainer')) server.hasArrived()
      })
      socket.on('error', () => resolve({ end: 'broken', bytes: 0 }))
      socket.on('close', () => resolve({ end: 'whole', bytes: seen.split('\r\n\r\n').at(-1)?.length ?? 0 }))
    })
  },
  async 'an image behind a URL'(head, end) {
    const server = await startServer(head, end)
    const limits = { maxBodyBytes: 1_000_000, urlTimeoutMs: 20_000, urlMaxRedirects: 1 }
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const whole = createReadUrl({ limits, resolve })(`http://public.test:${server.port}/a.jpg`).then((stream) => {
      stream.once('data', server.hasArrived)
      return buffer(stream)
    })
    return outcomeOf(whole)
  },
  async 'a download'(head, end) {
    const server = await startServer(head, end)
    const folder = mkdtempSync(join(tmpdir(), 'resets-'))
    const to = join(folder, 'file')
    try {
      const progress = { onProgress: server.hasArrived, signal: new AbortController().signal, env: {} }
      const origins = [server.url]
      await downloadFile({ url: `${server.url}/x`, to, origins, maxBytes: 1_000_000, ...progress })
      return { end: 'whole', bytes: readFileSync(to).length }
    } catch {
      expect(readdirSync(folder)).toEqual([])
      return { end: 'broken', bytes: 0 }
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
}

const proxyOptions = () => ({
  serverId: 's',
  clientToken,
  captures: createListCaptures(),
  recorder: createListRecorder(),
  preferredPort: 0,
})

describe.each(Object.keys(ways))('an answer without a length: %s', (way) => {
  test.each(Object.entries(heads))('%s', async (_name, head) => {
    expect(await ways[way]?.(head, 'reset')).toMatchObject({ end: 'broken' })
    expect(await ways[way]?.(head, 'reset at once')).toMatchObject({ end: 'broken' })
    expect(await ways[way]?.(head, 'end')).toEqual({ end: 'whole', bytes: body.length })
  })
})

test('the same over TLS', async () => {
  const tls = (name: string) => readFileSync(new URL(`../fixtures/tls/self-signed.${name}`, import.meta.url))
  for (const end of ['reset', 'end'] as const) {
    const raw: Socket[] = []
    const server = createTlsServer({ key: tls('key'), cert: tls('pem') }, (socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () =>
        socket.write(heads['no length'] + body, () => (end === 'end' ? socket.end() : raw.at(-1)?.resetAndDestroy())),
      )
    })
    server.on('connection', (socket: Socket) => raw.push(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const options = { token: 'real', verifySsl: false, clientIdentifier: 'c' }
    const plex = keep(connectToSeenPlex({ ...options, url: `https://127.0.0.1:${port}` }))
    const outcome = await outcomeOf(plex.get({ method: 'GET', resource: target }).then((answer) => answer.body))
    expect([end, outcome.end]).toEqual([end, end === 'end' ? 'whole' : 'broken'])
    server.close()
  }
})

test('the ledger marks only answers whose end was the end of the connection', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'resets-'))
  const server = keep(
    await startScriptedServer((socket, head) => {
      if (head.includes('/library/sections')) socket.end(heads['no length'] + body)
      else socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    }),
  )
  const file = join(folder, 'ledger.jsonl')
  const ledger = createLedger(openBeneath(folder))
  const redactor = createRedactor([])
  const recorder = createJobRecorder({ log: createJobLog({ redactor }), ledger, redactor })
  const proxy = keep(await startProxy({ ...proxyOptions(), recorder, connection: plexAt(server.url) }))
  for (const path of ['/library/sections', '/library/metadata/1']) {
    const asked = await ask(proxy.url + path, { 'X-Plex-Token': clientToken }, () => undefined)
    expect(asked).toEqual({ end: 'whole', bytes: body.length })
  }
  ledger[Symbol.dispose]()
  const lines: unknown[] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toMatchObject([{ verdict: 'forward', end: 'close-delimited' }, { verdict: 'forward' }])
  expect(lines[1]).not.toHaveProperty('end')
  rmSync(folder, { recursive: true })
})
