import { describe, expect, test } from 'vitest'
import { parseNextHop } from '../../src/gate/dial.ts'
import { type GateRules, judgeHost } from '../../src/gate/judge-host.ts'
import { AddressRefused, resolvePublic } from '../../src/util/net/public-address.ts'
import { exchange, listen, openGate } from './gate-world.ts'

const rules = (changes: Partial<GateRules> = {}): GateRules => ({
  ...{ mode: 'open', allow: [], deny: [], plexNames: new Set(['plex.test', '203.0.114.9']), plexAccount: false },
  ...changes,
})
const status = (answer: string) => Number(answer.split(' ')[1] ?? 0)

/** Addresses of this machine, of its network and of cloud metadata, in the spellings that resolvers accept. */
const inner = [
  ...['127.0.0.1', '127.1', '127.255.255.254', '0.0.0.0', '0', '2130706433', '0x7f000001', '0177.0.0.1', '0x7f.1'],
  ...['10.0.0.5', '172.16.0.1', '172.31.255.255', '192.168.1.10', '100.64.0.1', '169.254.169.254', '224.0.0.251'],
  ...['255.255.255.255', '198.18.0.1', '192.0.2.1', 'localhost', 'LOCALHOST.', 'nas', 'plex.local', 'router.lan'],
  ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:10.0.0.5]', '[::127.0.0.1]', '[fe80::1]'],
  ...['[fd00::5]', '[ff02::1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:db8::1]', '[0:0:0:0:0:0:0:1]'],
  ...['metadata.google.internal', 'instance-data.internal', 'abc.plex.direct', '192-168-1-10.abc.plex.direct.'],
  ...['plex.test', 'PLEX.test.', '203.0.114.9', '[::ffff:203.0.114.9]', '[::ffff:cb00:7209]', 'plex.tv', 'app.plex.tv'],
]

describe('never: the network at home, this machine, metadata, Plex', () => {
  test('by CONNECT and by plain HTTP, whatever the spelling; each is recorded', async () => {
    const dialled: string[] = []
    const gate = await openGate({
      rules: rules({ allow: ['.lan', '10.0.0.5', '127.0.0.1', 'plex.test'] }),
      async resolve(host) {
        dialled.push(host)
        return resolvePublic(host, async () => [{ address: '127.0.0.1', family: 4 }])
      },
    })
    for (const host of inner) {
      expect([host, [400, 403].includes(status(await gate.tunnel(`${host}:443`)))]).toEqual([host, true])
      const answer = status(await gate.plain(`http://${host}/x`))
      expect([host, [400, 403].includes(answer)]).toEqual([host, true])
    }
    expect(gate.entries).toHaveLength(2 * inner.length)
    expect(gate.entries.filter(({ verdict, reason }) => verdict !== 'block' || reason === '')).toEqual([])
    // A name of the LAN that the user allowed is looked up, and then refused because of its address.
    expect(dialled.every((host) => host.endsWith('.lan'))).toBe(true)
  })

  test('a public name that resolves there, even if only one of several answers does', async () => {
    for (const address of ['127.0.0.1', '10.0.0.5', '169.254.169.254', '::1', '::ffff:192.168.1.10', 'fe80::1']) {
      const answers = [
        { address: '8.8.8.8', family: 4 },
        { address, family: address.includes(':') ? 6 : 4 },
      ]
      const gate = await openGate({ resolve: (host) => resolvePublic(host, async () => answers) })
      expect([address, status(await gate.tunnel('rebound.example.org:443'))]).toEqual([address, 403])
      expect([address, status(await gate.plain('http://rebound.example.org/'))]).toEqual([address, 403])
    }
  })

  test.each(['203.0.114.9', '::ffff:203.0.114.9', '::ffff:cb00:7209'])(
    'another name of the Plex server, which resolves to %s',
    async (address) => {
      const gate = await openGate({
        rules: rules(),
        resolve: async () => [{ address, family: address.includes(':') ? 6 : 4 }],
      })
      expect(status(await gate.tunnel('media.example.org:443'))).toBe(403)
      expect(status(await gate.plain('http://media.example.org:32400/identity'))).toBe(403)
      expect(gate.entries.every(({ verdict, reason }) => verdict === 'block' && reason.includes('Plex server'))).toBe(
        true,
      )
    },
  )

  test('the port of Plex on any host: its public address, and unknown names', async () => {
    const gate = await openGate({ rules: rules({ allow: ['home.example.org'], plexPorts: new Set([12_345]) }) })
    for (const host of ['home.example.org', '8.8.8.8']) {
      for (const port of [32_400, 12_345]) {
        expect([host, port, status(await gate.tunnel(`${host}:${port}`))]).toEqual([host, port, 403])
        expect([host, port, status(await gate.plain(`http://${host}:${port}/identity`))]).toEqual([host, port, 403])
      }
    }
    expect(gate.entries.filter(({ reason }) => reason.includes('is that of a Plex server'))).toHaveLength(8)
  })

  test('a name is looked up once, and the connection goes to the address that was judged', async () => {
    const port = await listen((socket) => socket.on('data', () => socket.end('judged')))
    const answers = ['127.0.0.1', '10.0.0.5', '10.0.0.6']
    let asked = 0
    const gate = await openGate({
      async resolve() {
        const address = answers[asked] ?? ''
        asked += 1
        return [{ address, family: 4 }]
      },
    })
    expect(await gate.tunnel(`rebound.example.org:${port}`, { send: 'a', until: 'judged' })).toContain('judged')
    expect(asked).toBe(1)
    await expect(resolvePublic('a.test', async () => [])).rejects.toBeInstanceOf(AddressRefused)
  })
})

describe('who may use the gate', () => {
  test('the credential of one job opens no other gate, and no gate opens without a credential', async () => {
    const [one, other] = [await openGate(), await openGate()]
    expect(one.authorization).not.toBe(other.authorization)
    for (const line of [
      `Proxy-Authorization: ${one.authorization}\r\n`,
      '',
      'Proxy-Authorization: Basic cHJldmlldzo=\r\n',
    ]) {
      for (const target of ['CONNECT api.themoviedb.org:443', 'GET http://api.themoviedb.org/']) {
        expect(status(await exchange(other.port, `${target} HTTP/1.1\r\nHost: a\r\n${line}\r\n`))).toBe(407)
      }
    }
    expect(other.entries.every(({ verdict }) => verdict === 'block')).toBe(true)
    expect(other.entries).toHaveLength(6)
  })

  test.each([
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
    ['a folded header', 'A: b\r\n c\r\n'],
    ['a bare line feed', 'A: b\n\r\n'],
  ])('a request with %s leads nowhere', async (_name, more) => {
    const arrived: string[] = []
    const port = await listen((socket) => {
      arrived.push('a connection')
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    const gate = await openGate()
    await gate.plain(`http://api.jikan.moe:${port}/`, more)
    expect(arrived).toEqual([])
  })
})

describe('gate.allow, gate.deny, gate: strict', () => {
  test.each([
    ['open, an unknown host', rules(), 'unknown.example.org', true],
    ['strict, an unknown host', rules({ mode: 'strict' }), 'unknown.example.org', false],
    ['strict, a known source', rules({ mode: 'strict' }), 'api.themoviedb.org', true],
    ['strict, allowed', rules({ mode: 'strict', allow: ['unknown.example.org'] }), 'unknown.example.org', true],
    [
      'strict, allowed with all subdomains',
      rules({ mode: 'strict', allow: ['.example.org'] }),
      'a.b.example.org',
      true,
    ],
    [
      'strict, only the ending is the same',
      rules({ mode: 'strict', allow: ['.example.org'] }),
      'evilexample.org',
      false,
    ],
    ['denied', rules({ deny: ['unknown.example.org'] }), 'unknown.example.org', false],
    ['denied and allowed', rules({ allow: ['a.org'], deny: ['a.org'] }), 'a.org', false],
    ['a known source, denied', rules({ deny: ['api.themoviedb.org'] }), 'api.themoviedb.org', false],
    ['a notification host, allowed', rules({ allow: ['ntfy.sh', '.discord.com'] }), 'ntfy.sh', false],
    ['the Plex server, allowed', rules({ allow: ['plex.test'] }), 'plex.test', false],
    ['plex.direct, allowed', rules({ allow: ['.plex.direct'], plexAccount: true }), 'a.plex.direct', false],
  ] as const)('%s', async (_name, its, host, passes) => {
    const port = await listen((socket) => socket.on('data', () => socket.end('reached')))
    const gate = await openGate({ rules: its })
    const answer = await gate.tunnel(`${host}:${port}`, { send: 'a', until: 'reached' })
    expect(answer.includes('reached')).toBe(passes)
    expect(await gate.entry()).toMatchObject({ host, verdict: passes ? 'pass' : 'block' })
    expect(judgeHost(host, its).pass).toBe(passes)
  })
})

describe("a proxy of the user's own environment is the next hop", () => {
  test('it never learns the name of a blocked host', async () => {
    const seen: string[] = []
    const port = await listen((socket) => socket.on('data', (data) => seen.push(data.toString('latin1'))))
    const gate = await openGate({ rules: rules(), nextHop: parseNextHop(`http://127.0.0.1:${port}`) })
    for (const host of inner) {
      expect([400, 403]).toContain(status(await gate.tunnel(`${host}:443`)))
      expect([400, 403]).toContain(status(await gate.plain(`http://${host}/`)))
    }
    expect(seen).toEqual([])
  })

  test('plain HTTP goes to it with the full address and its own credential', async () => {
    const seen: string[] = []
    const port = await listen((socket) =>
      socket.on('data', (data) => {
        seen.push(data.toString('latin1'))
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      }),
    )
    const gate = await openGate({ nextHop: parseNextHop(`http://me:secret@127.0.0.1:${port}`) })
    expect(await gate.plain('http://api.jikan.moe/v4?a=b')).toMatch(/ 200 [\s\S]*ok$/)
    expect(seen[0]).toMatch(/^GET http:\/\/api\.jikan\.moe\/v4\?a=b HTTP\/1\.1\r\n/)
    expect(seen[0]?.toLowerCase()).toContain(
      `proxy-authorization: basic ${Buffer.from('me:secret').toString('base64')}`.toLowerCase(),
    )
    expect(seen[0]).not.toContain(gate.authorization)
  })

  test.each([
    ['says no', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'],
    ['fails', 'HTTP/1.1 503 Service Unavailable\r\n\r\n'],
    ['does not speak HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    ['does not end its answer', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(20_000)}`],
    ['says nothing', ''],
    ['closes', null],
  ])('it %s: 502, in words', async (_name, answer) => {
    const port = await listen((socket) => {
      if (answer === null) socket.destroy()
      else socket.once('data', () => socket.write(answer))
    })
    const gate = await openGate({
      nextHop: parseNextHop(`http://127.0.0.1:${port}`),
      limits: { connectTimeoutMs: 300 },
    })
    expect(status(await gate.tunnel('api.themoviedb.org:443'))).toBe(502)
    expect(await gate.entry()).toMatchObject({ verdict: 'block', reason: expect.stringContaining('environment') })
  })
})

describe('nothing passes unrecorded', () => {
  test.each([
    ['no HTTP', 'hello\r\n\r\n', '?', /not valid HTTP/],
    ['a head that never ends', 'CONNECT api.themoviedb.org:443 HTTP/1.1\r\nA: b', '?', /did not arrive in time/],
    [
      'a websocket',
      'GET http://api.jikan.moe/ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      'GET',
      /upgrade/,
    ],
  ])('%s', async (_name, bytes, method, reason) => {
    const gate = await openGate({ limits: { headersTimeoutMs: 100 } })
    expect(status(await exchange(gate.port, bytes))).toBe(400)
    expect(gate.entries).toMatchObject([{ method, verdict: 'block', reason: expect.stringMatching(reason) }])
  })

  test('a tunnel that is open when the job ends is recorded, with its bytes', async () => {
    const port = await listen((socket) => socket.write('hello'))
    const gate = await openGate()
    const answered = exchange(
      gate.port,
      `CONNECT api.themoviedb.org:${port} HTTP/1.1\r\nProxy-Authorization: ${gate.authorization}\r\n\r\n`,
      { send: 'abc', until: 'never' },
      async (seen) => {
        if (seen.includes('hello')) await gate.end()
      },
    )
    expect(await answered).toContain('hello')
    expect(gate.entries).toMatchObject([{ method: 'CONNECT', verdict: 'pass', bytesDown: 5 }])
  })
})

test('a host with several addresses is reached at the first one that answers', async () => {
  const port = await listen((socket) => socket.on('data', () => socket.end('reached')))
  const gate = await openGate({
    // No machine has this address, like an IPv6 address on a machine without IPv6.
    resolve: async () => [
      { address: '::1', family: 6 },
      { address: '127.0.0.1', family: 4 },
    ],
  })
  expect(await gate.tunnel(`api.themoviedb.org:${port}`, { send: 'a', until: 'reached' })).toContain('reached')
  await gate.plain(`http://api.jikan.moe:${port}/`)
  expect(gate.entries).toMatchObject([{ verdict: 'pass' }, { verdict: 'pass' }])
})

describe('dead peers', () => {
  test('a silent tunnel ends after its limit', async () => {
    const port = await listen(() => undefined)
    const gate = await openGate({ limits: { idleTimeoutMs: 200 } })
    // The connection ends by a reset, because what has arrived so far must not look complete.
    await expect(gate.tunnel(`api.themoviedb.org:${port}`)).rejects.toThrow('ECONNRESET')
    expect(await gate.entry()).toMatchObject({ verdict: 'pass', bytesDown: 0 })
  })

  test('plain HTTP that is never answered: 502', async () => {
    const port = await listen(() => undefined)
    const gate = await openGate({ limits: { idleTimeoutMs: 200 } })
    expect(status(await gate.plain(`http://api.jikan.moe:${port}/`))).toBe(502)
  })

  test('nothing listens: 502', async () => {
    const gate = await openGate()
    expect(status(await gate.tunnel('api.themoviedb.org:9'))).toBe(502)
    expect(status(await gate.plain('http://api.jikan.moe:9/'))).toBe(502)
  })
})
