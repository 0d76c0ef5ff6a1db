import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { type Authority, createAuthority } from '../../src/gate/authority/authority.ts'
import type { GateOptions } from '../../src/gate/gate-options.ts'
import { AddressRefused } from '../../src/util/net/public-address.ts'
import { listen, openGate } from './gate-world.ts'

const authority = await createAuthority()
type World = Awaited<ReturnType<typeof openGate>>

const open = (options: Partial<GateOptions> = {}) =>
  openGate({
    authority: Promise.resolve(authority),
    rules: {
      ...{ mode: 'open', allow: [], deny: ['denied.example.org'], plexNames: new Set(['plex.test']) },
      plexAccount: false,
    },
    ...options,
  })

/** A tunnel to `authority` through the gate, once the gate has confirmed it. */
function tunnel({ port, authorization }: World, target: string) {
  return new Promise<ReturnType<typeof connectTcp>>((resolve, reject) => {
    const socket = connectTcp(port, '127.0.0.1', () =>
      socket.write(`CONNECT ${target} HTTP/1.1\r\nProxy-Authorization: ${authorization}\r\n\r\n`),
    )
    socket.once('error', reject)
    socket.once('data', (data) => {
      if (data.toString('latin1').startsWith('HTTP/1.1 200 ')) resolve(socket)
      else reject(new Error(data.toString('latin1').split('\r\n')[0]))
    })
  })
}

interface Asked {
  path?: string
  method?: string
  body?: Buffer
  ca?: string
}

/** An https request as sent by a client that trusts `ca` and checks the name. */
async function ask(world: World, target: string, { path = '/', method = 'GET', body, ca }: Asked = {}) {
  const socket = await tunnel(world, target)
  const host = target.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return new Promise<{ status: number; words: string; text: string; certificate: string }>((resolve, reject) => {
    const secure = connect({
      socket,
      ca: ca ?? authority.certificate,
      host,
      servername: /^[\d.:]+$/.test(host) ? '' : host,
    })
    secure.once('error', reject)
    const sent = httpsRequest({ createConnection: () => secure, host, path, method }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.once('end', () => {
        const certificate = secure.getPeerCertificate().fingerprint256
        resolve({ status: answer.statusCode ?? 0, words: answer.statusMessage ?? '', text, certificate })
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

const local = 'this is a name of the local network'

test.each([
  ['nas.lan:443', local],
  ['denied.example.org:443', 'gate.deny in preview.yml names it'],
  ['192.168.1.10:8443', 'this is a private, local or reserved address'],
  ['[::1]:443', 'this is a private, local or reserved address'],
  ['plex.test:32400', 'this is the Plex server: Kometa reaches it through the proxy alone'],
  ['example.org:32400', 'port 32400 is that of a Plex server: Kometa reaches it through the proxy alone'],
])('%s is refused immediately, inside the tunnel, and recorded by its request', async (target, reason) => {
  const world = await open()
  const answer = await ask(world, target, { path: '/a/badge.png?token=canary' })
  expect(answer).toMatchObject({ status: 451, words: 'Refused by Kometa Preview', text: `Kometa Preview: ${reason}` })
  expect(world.entries).toHaveLength(1)
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(target) ?? []
  const entry = { method: 'GET', host, port: Number(port), path: '/a/badge.png', verdict: 'block', reason }
  expect(world.entries[0]).toMatchObject(entry)
  expect(JSON.stringify(world.entries)).not.toContain('canary')
})

test('so is a public name that resolves to a private address', async () => {
  const resolve = async () => {
    throw new AddressRefused('it leads to a private address')
  }
  const world = await open({ resolve })
  expect(await ask(world, 'rebound.example.org:443')).toMatchObject({ status: 451 })
  expect(world.entries).toMatchObject([{ method: 'GET', host: 'rebound.example.org', verdict: 'block' }])
})

test('for a webhook, whose path is its secret, only the host is recorded; the body is read and dropped', async () => {
  const world = await open()
  const asked = { path: '/api/webhooks/1/canary', method: 'POST', body: Buffer.alloc(2 * 1024 * 1024, 'canary') }
  expect(await ask(world, 'discord.com:443', asked)).toMatchObject({ status: 451 })
  expect(world.entries).toMatchObject([{ method: 'POST', host: 'discord.com', path: '' }])
  expect(JSON.stringify(world.entries)).not.toContain('canary')
})

test('an allowed host is not impersonated: the client sees its own certificate', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'inside-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const files = ['-keyout', join(dir, 'key'), '-out', join(dir, 'cert')]
  const subject = ['-subj', '/CN=origin', '-addext', 'subjectAltName=DNS:passed.example.org', '-days', '2']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], { stdio: 'pipe' })
  const cert = readFileSync(join(dir, 'cert'), 'utf8')
  const seen: string[] = []
  const origin = createServer({ key: readFileSync(join(dir, 'key')), cert }, (socket: TLSSocket) => {
    socket.once('data', (data) => {
      seen.push(data.toString().split('\r\n')[0] ?? '')
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')
    })
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void origin.close())
  const { port } = origin.address() as AddressInfo
  const world = await open()
  expect(await ask(world, `passed.example.org:${port}`, { path: '/x?y', ca: cert })).toMatchObject({
    ...{ status: 200, text: 'ok', certificate: fingerprintOf(cert) },
  })
  expect(seen).toEqual(['GET /x?y HTTP/1.1'])
  // A client that trusts only the authority of the job does not trust it.
  await expect(ask(world, `passed.example.org:${port}`)).rejects.toThrow(/self-signed certificate/)
  await world.end()
  expect(world.entries.map(({ method, path, verdict }) => ({ method, path, verdict }))).toEqual(
    Array.from({ length: 2 }, () => ({ method: 'CONNECT', path: '', verdict: 'pass' })),
  )
})

const fingerprintOf = (cert: string): string =>
  execFileSync('openssl', ['x509', '-noout', '-fingerprint', '-sha256'], { input: cert })
    .toString()
    .trim()
    .replace(/^.*=/, '')

test('what cannot be reached, or asks without the credential, is refused outside the tunnel as before', async () => {
  const port = await listen((socket) => socket.destroy())
  const world = await open({ resolve: async () => Promise.reject(new Error('no such name')) })
  await expect(ask(world, `gone.example.org:${port}`)).rejects.toThrow('HTTP/1.1 502 Bad Gateway')
  await expect(ask({ ...world, authorization: 'Basic eA==' }, 'nas.lan:443')).rejects.toThrow('HTTP/1.1 407 ')
})

test('without an authority CONNECT is refused', async () => {
  for (const none of [{}, { authority: Promise.resolve(null) }]) {
    const world = await openGate(none)
    await expect(ask(world, 'nas.lan:443')).rejects.toThrow('HTTP/1.1 403 Forbidden')
    expect(world.entries).toMatchObject([{ method: 'CONNECT', host: 'nas.lan', path: '', reason: local }])
  }
})

test('a client without TLS or with another authority gets nothing; both are recorded', async () => {
  const other: Authority = await createAuthority()
  const world = await open()
  await expect(ask(world, 'nas.lan:443', { ca: other.certificate })).rejects.toThrow(
    /unable to verify the first certificate/,
  )
  const socket = await tunnel(world, 'plex.test:32400')
  const heard: Buffer[] = []
  socket.on('data', (data) => heard.push(data))
  socket.write('PUT /library/metadata/1 HTTP/1.1\r\nHost: plex.test\r\n\r\n')
  await new Promise((resolve) => socket.once('close', resolve))
  expect(Buffer.concat(heard).toString('latin1')).not.toContain('HTTP/')
  await world.end()
  expect(world.entries.map(({ method, host, verdict }) => `${method} ${host} ${verdict}`).sort()).toEqual([
    'CONNECT nas.lan block',
    'CONNECT plex.test block',
  ])
})

test('nobody waits for a silent client in a tunnel that leads nowhere', async () => {
  const world = await open({ limits: { headersTimeoutMs: 100 } })
  const socket = await tunnel(world, 'nas.lan:443')
  await new Promise((resolve) => socket.once('close', resolve))
  expect(await world.entry()).toMatchObject({ method: 'CONNECT', host: 'nas.lan', verdict: 'block', reason: local })
})
