import { expect, test } from 'vitest'
import { startProxy } from '../../src/proxy/server.ts'
import { clientToken, createListCaptures, createListRecorder, realToken, request } from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'
import { startScriptedServer } from '../support/scripted-server.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'

/**
 * An answer to no request must not become the answer to the next request on the same connection (response smuggling).
 */
const answer = (body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`
const own = (target: string) => answer(`<MediaContainer of="${target}"/>`)
const smuggled = answer('<MediaContainer smuggled="1"/>')

test.each<[string, (target: string) => string]>([
  ['a second answer immediately after the first', (target) => own(target) + smuggled],
  ['bytes after the body', (target) => `${own(target)}garbage`],
  ['two seconds', (target) => own(target) + smuggled + smuggled],
  ['an answer to HEAD with a body', (target) => own(target)],
  ['a 204 with a body', () => `HTTP/1.1 204 No Content\r\n\r\n${smuggled}`],
  [
    'an informational answer and two final ones',
    (target) => `HTTP/1.1 103 Early Hints\r\n\r\n${own(target)}${smuggled}`,
  ],
])('%s', async (name, answerTo) => {
  await using plex = await startScriptedServer((socket, head) => {
    const [, target = ''] = head.split(' ')
    socket.write(answerTo(target))
  })
  await using connection = connectToSeenPlex(
    { url: plex.url, token: realToken, verifySsl: true, clientIdentifier: 'extra' },
    // One connection for all requests, so that leftover bytes would meet the next request there.
    { maxConnections: 1, headersTimeoutMs: 500, bodyTimeoutMs: 500 },
  )
  const recorder = createListRecorder()
  await using proxy = await startProxy({
    ...{ connection, serverId: 's', clientToken, captures: createListCaptures(), recorder, preferredPort: 0 },
  })
  const method = name.includes('HEAD') ? 'HEAD' : 'GET'
  for (const key of ['1', '2', '3', '4']) {
    const target = `/library/metadata/${key}/thumb/${key}`
    const { text } = await sendRaw(proxy.port, request(method, target), { until: (all) => all.includes('\r\n\r\n') })
    expect(text).not.toContain('smuggled')
    expect(text).not.toContain('garbage')
    // Its own answer or a visible failure, never the answer to another request.
    for (const other of ['1', '2', '3', '4'].filter((one) => one !== key)) {
      expect(text).not.toContain(`/library/metadata/${other}/thumb/${other}"`)
    }
  }
})
