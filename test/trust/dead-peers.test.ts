import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createPlexReader } from '../../src/plex/items/reads.ts'
import { preflight } from '../../src/plex/upstream/preflight.ts'
import { startProxy } from '../../src/proxy/server.ts'
import { clientToken, createListCaptures, createListRecorder, realToken, request } from '../support/proxy-world.ts'
import { type RawAnswer, sendRaw } from '../support/raw-client.ts'
import { startScriptedServer } from '../support/scripted-server.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { recordFigure } from './figures.ts'

const xml = '<MediaContainer size="0"></MediaContainer>'
const ok = (headers: string, body: string | Buffer) =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${headers}\r\n`, 'latin1'), Buffer.from(body)])
const xmlType = 'Content-Type: text/xml;charset=utf-8\r\n'
const html = '<!DOCTYPE html><html><body>Plex Media Server is currently running database migrations.</body></html>'
const htmlType = 'Content-Type: text/html\r\n'

/**
 * What a client of the proxy may get: a status that says no, or a connection that ends before the answer is complete.
 */
type Outcome = number | 'broken'

interface Peer {
  name: string
  act(socket: Socket): void
  outcome: Outcome
  /** What the proxy records about it. */
  says: RegExp
}

const peers: Peer[] = [
  { name: 'closes at once', act: (socket) => socket.destroy(), outcome: 502, says: /closed the connection/ },
  { name: 'resets', act: (socket) => socket.resetAndDestroy(), outcome: 502, says: /closed the connection/ },
  { name: 'says nothing', act: () => undefined, outcome: 504, says: /did not begin to answer in time/ },
  {
    name: 'is restarting (503)',
    act: (socket) =>
      socket.write(
        `HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: ${html.length}\r\n\r\n${html}`,
      ),
    outcome: 503,
    says: /Plex answered 503/,
  },
  {
    name: 'fails (500)',
    act: (socket) => socket.write('HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n'),
    outcome: 500,
    says: /Plex answered 500/,
  },
  {
    name: 'sends a web page instead of data',
    act: (socket) => socket.write(ok(`${htmlType}Content-Length: ${html.length}\r\n`, html)),
    outcome: 502,
    says: /web page/,
  },
  {
    name: 'sends a web page in chunks',
    act: (socket) => socket.write(ok(`${htmlType}Transfer-Encoding: chunked\r\n`, `5\r\n<html\r\n0\r\n\r\n`)),
    outcome: 502,
    says: /web page/,
  },
  {
    name: 'announces gzip and sends something else',
    act: (socket) => socket.write(ok(`${xmlType}Content-Encoding: gzip\r\nContent-Length: ${xml.length}\r\n`, xml)),
    outcome: 502,
    says: /gzip/,
  },
  {
    name: 'redirects to itself',
    act: (socket) =>
      socket.write('HTTP/1.1 302 Found\r\nLocation: http://192.0.2.7:32400/identity\r\nContent-Length: 0\r\n\r\n'),
    outcome: 502,
    says: /redirect/,
  },
  {
    name: 'redirects forever (308)',
    act: (socket) =>
      socket.write(
        'HTTP/1.1 308 Permanent Redirect\r\nLocation: /library/sections/1/refresh\r\nContent-Length: 0\r\n\r\n',
      ),
    outcome: 502,
    says: /redirect/,
  },
  {
    name: 'does not speak HTTP',
    act: (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'),
    outcome: 502,
    says: /failed to answer/,
  },
  { name: 'speaks HTTP/0.9', act: (socket) => socket.end(xml), outcome: 502, says: /failed to answer/ },
  {
    name: 'ends in the middle of its head',
    act: (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
    outcome: 502,
    says: /closed the connection|failed to answer/,
  },
  {
    name: 'never ends its head',
    act: (socket) => socket.write('HTTP/1.1 200 OK\r\nX-A: b'),
    outcome: 504,
    says: /did not begin to answer in time/,
  },
  {
    name: 'sends a head of a megabyte',
    act: (socket) => socket.write(ok(`X-A: ${'a'.repeat(1_000_000)}\r\nContent-Length: 0\r\n`, '')),
    outcome: 502,
    says: /failed to answer/,
  },
  {
    name: 'sends two lengths',
    act: (socket) => socket.write(ok(`${xmlType}Content-Length: 5\r\nContent-Length: 42\r\n`, xml)),
    outcome: 502,
    says: /failed to answer/,
  },
  {
    name: 'sends a length and chunks',
    act: (socket) =>
      socket.write(ok(`${xmlType}Content-Length: 42\r\nTransfer-Encoding: chunked\r\n`, `2a\r\n${xml}\r\n0\r\n\r\n`)),
    outcome: 502,
    says: /failed to answer/,
  },
  {
    name: 'sends a body that is too short',
    act: (socket) => socket.end(ok(`${xmlType}Content-Length: ${xml.length + 10}\r\n`, xml)),
    outcome: 'broken',
    says: /closed the connection|failed to answer/,
  },
  {
    name: 'resets in the middle of a body',
    act: (socket) => socket.write(ok(`${xmlType}Content-Length: 5000\r\n`, xml), () => socket.resetAndDestroy()),
    outcome: 'broken',
    says: /closed the connection|failed to answer/,
  },
  {
    name: 'stops in the middle of a body',
    act: (socket) => socket.write(ok(`${xmlType}Content-Length: 5000\r\n`, xml)),
    outcome: 'broken',
    says: /stopped in the middle/,
  },
  {
    name: 'ends in the middle of a chunk',
    act: (socket) => socket.end(ok(`${xmlType}Transfer-Encoding: chunked\r\n`, 'ff\r\n<Media')),
    outcome: 'broken',
    says: /closed the connection|failed to answer/,
  },
  {
    name: 'ends between two chunks',
    act: (socket) => socket.end(ok(`${xmlType}Transfer-Encoding: chunked\r\n`, '6\r\n<Media\r\n')),
    outcome: 'broken',
    says: /closed the connection|failed to answer/,
  },
  {
    name: 'sends invalid chunks',
    act: (socket) => socket.write(ok(`${xmlType}Transfer-Encoding: chunked\r\n`, 'zz\r\n<Media\r\n0\r\n\r\n')),
    outcome: 'broken',
    says: /failed to answer/,
  },
]

/** How long a client may wait for an end, with the limits of this test. */
const soonMs = 4_000
const limits = { connectTimeoutMs: 500, headersTimeoutMs: 400, bodyTimeoutMs: 400 }

async function askThroughProxy(
  url: string,
  target = '/identity',
): Promise<{ answer: RawAnswer; reasons: string[]; ms: number }> {
  await using connection = connectToSeenPlex(
    { url, token: realToken, verifySsl: true, clientIdentifier: 'dead' },
    limits,
  )
  const recorder = createListRecorder()
  await using proxy = await startProxy({
    ...{ connection, serverId: 's', clientToken, captures: createListCaptures(), recorder, preferredPort: 0 },
  })
  const startedAt = performance.now()
  const answer = await sendRaw(proxy.port, request('GET', target))
  const ms = performance.now() - startedAt
  return { answer, reasons: recorder.refusals.map(({ reason }) => reason), ms }
}

const isWhole = ({ text }: RawAnswer): boolean => {
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : body.length === Number(length)
}

describe('a Plex that', () => {
  test.each(peers)('$name', async ({ act, outcome, says }) => {
    await using plex = await startScriptedServer((socket) => act(socket))
    const { answer, reasons, ms } = await askThroughProxy(plex.url)
    expect(ms).toBeLessThan(soonMs)
    expect(answer.text).not.toMatch(/192\.0\.2\.7|location:/i)
    if (outcome === 'broken') expect([answer.closed, isWhole(answer)]).toEqual([true, false])
    else expect(answer.status).toBe(outcome)
    expect(reasons.join('\n')).toMatch(says)
  })

  test('is not there', async () => {
    const { answer, reasons } = await askThroughProxy('http://127.0.0.1:9')
    expect(answer.status).toBe(502)
    expect(reasons.join('\n')).toMatch(/nothing listens there/)
  })

  test('answers well, compressed or not: the answer arrives', async () => {
    for (const [headers, body] of [
      [xmlType, Buffer.from(xml)],
      [`${xmlType}Content-Encoding: gzip\r\n`, gzipSync(xml)],
      [`${xmlType}Content-Encoding: gzip\r\n`, Buffer.alloc(0)],
    ] as const) {
      await using plex = await startScriptedServer((socket) =>
        socket.write(ok(`${headers}Content-Length: ${body.length}\r\n`, body)),
      )
      const { answer } = await askThroughProxy(plex.url)
      expect([answer.status, isWhole(answer)]).toEqual([200, true])
    }
    recordFigure({
      name: 'a Plex that is slow, dead, restarting or lying',
      value: `${peers.length + 1} kinds: each ends within ${soonMs / 1_000} s (with limits of 0.4 s) in a status of its own or a visibly broken answer`,
      goal: 'a status that Kometa does not retry for minutes; 0 short answers as whole',
    })
  })
})

test('our own reads: invalid gzip, bodies that are too short and web pages are errors in words', async () => {
  const lies = [
    ok(`${xmlType}Content-Encoding: gzip\r\nContent-Length: ${xml.length}\r\n`, xml),
    ok(`${xmlType}Content-Encoding: gzip\r\nContent-Length: 20\r\n`, gzipSync(xml).subarray(0, 20)),
    ok(`${htmlType}Content-Length: ${html.length}\r\n`, html),
    ok(`${xmlType}Content-Length: 20\r\n`, '<MediaContainer><Vid'),
  ]
  for (const bytes of lies) {
    await using plex = await startScriptedServer((socket) => socket.write(bytes))
    await using connection = connectToSeenPlex(
      { url: plex.url, token: realToken, verifySsl: true, clientIdentifier: 'dead' },
      limits,
    )
    await expect(preflight(connection, createPlexReader(connection))).rejects.toMatchObject({
      code: expect.stringMatching(/^PLEX_/),
    })
  }
})
