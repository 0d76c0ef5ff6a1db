import { describe, expect, test } from 'vitest'
import { gateSchema } from '../../src/contract/preview.ts'
import { type GateRules, hostSet, judgeHost, normalizeHost } from '../../src/gate/judge-host.ts'

const rules: GateRules = {
  mode: 'open',
  allow: ['.example.org'],
  deny: ['bad.example.org'],
  plexNames: new Set(['plex.mydomain.net', '203.0.114.9']),
  plexAccount: false,
}

describe('judgeHost', () => {
  test.each([
    ['api.themoviedb.org', true, true],
    ['API.TheMovieDB.org.', true, true],
    ['some.public.site', true, false],
    ['8.8.8.8', true, false],
    ['[2606:4700::1]', true, false],
    ['cdn.example.org', true, true],
    ['bad.example.org', false, null],
    ['plex.mydomain.net', false, null],
    ['PLEX.mydomain.net', false, null],
    ['203.0.114.9', false, null],
    ['192-168-1-2.abc.plex.direct', false, null],
    ['plex.tv', false, null],
    ['discover.provider.plex.tv', false, null],
    ['metadata-static.plex.tv', true, true],
    ['discord.com', false, null],
    ['hooks.slack.com', false, null],
    ['ntfy.sh', false, null],
    ['localhost', false, null],
    ['nas', false, null],
    ['plex.local', false, null],
    ['127.0.0.1', false, null],
    ['10.0.0.5', false, null],
    ['169.254.169.254', false, null],
    ['[::1]', false, null],
    ['::ffff:127.0.0.1', false, null],
    ['[fe80::1]', false, null],
    ['2130706433', false, null],
    ['0x7f.0.0.1', false, null],
    ['127.1', false, null],
    ['a b', false, null],
    ['', false, null],
  ])('%s -> pass %s, known %s', (host, pass, known) => {
    const verdict = judgeHost(host, rules)
    expect(verdict.pass).toBe(pass)
    if (verdict.pass) expect(verdict.known).toBe(known)
    else expect(verdict.reason).not.toBe('')
  })

  test('strict lets only known sources and gate.allow pass', () => {
    const strict: GateRules = { ...rules, mode: 'strict' }
    expect(judgeHost('api.themoviedb.org', strict).pass).toBe(true)
    expect(judgeHost('cdn.example.org', strict).pass).toBe(true)
    expect(judgeHost('some.public.site', strict).pass).toBe(false)
    expect(judgeHost('8.8.8.8', strict).pass).toBe(false)
  })

  test('expose_token opens the account, never plex.direct', () => {
    const exposed: GateRules = { ...rules, plexAccount: true }
    expect(judgeHost('plex.tv', exposed).pass).toBe(true)
    expect(judgeHost('a.plex.direct', exposed).pass).toBe(false)
  })
})

test.each([
  ['the address of Plex as IPv6', ['203.0.114.9'], '::ffff:203.0.114.9'],
  ['the same in hex', ['203.0.114.9'], '[::ffff:cb00:7209]'],
  ['the same behind NAT64', ['203.0.114.9'], '64:ff9b::cb00:7209'],
  ['with all zeros', ['2606:4700::1'], '2606:4700:0:0:0:0:0:1'],
  ['leading zeros', ['2606:4700::1'], '[2606:4700:0000::0001]'],
  ['a server that the config spells differently', ['2606:4700:0:0:0:0:0:1'], '2606:4700::1'],
  ['a server that the config spells with a final dot', ['plex.mydomain.net.'], 'plex.mydomain.net'],
  ['brackets and capitals', ['[2606:4700::AB]'], '[2606:4700::ab]'],
])('the Plex server in another spelling: %s', (_name, names, host) => {
  const spelled: GateRules = { ...rules, plexNames: hostSet(names) }
  expect(judgeHost(host, spelled)).toMatchObject({ pass: false, reason: expect.stringContaining('Plex server') })
})

test('gate.deny and gate.allow accept an address in any spelling', () => {
  const denied: GateRules = { ...rules, deny: ['2606:4700:0:0:0:0:0:1', '8.8.8.8'] }
  expect(judgeHost('[2606:4700::1]', denied).pass).toBe(false)
  expect(judgeHost('::ffff:8.8.8.8', denied).pass).toBe(false)
  const allowed: GateRules = { ...rules, mode: 'strict', allow: ['2606:4700:0:0:0:0:0:1'] }
  expect(judgeHost('[2606:4700::1]', allowed).pass).toBe(true)
  // Whatever is allowed: the network at home is not.
  expect(judgeHost('192.168.1.5', { ...rules, allow: ['192.168.1.5'] }).pass).toBe(false)
})

test.each([
  ['*.Example.org', 'a.example.org', true],
  ['.example.org', 'example.org', true],
  ['2606:4700::1', '[2606:4700:0::1]', true],
  ['[2606:4700::1]', '2606:4700::1', true],
  ['example.org', 'a.example.org', false],
])('gate.allow: %s lets %s pass: %s', (written, host, passes) => {
  const { mode, allow } = gateSchema.parse({ mode: 'strict', allow: [written] })
  const names = allow.map((name) => name.toLowerCase())
  expect(judgeHost(host, { ...rules, mode, allow: names }).pass).toBe(passes)
})

test.each(['https://example.org', 'example.org/path', 'exa mple.org', '', '*', '*.*', 'a..b/'])(
  'gate.allow: %j is reported as not a host name',
  (written) => {
    expect(gateSchema.safeParse({ allow: [written] }).error?.issues[0]?.message).toMatch(/is no host name/)
  },
)

test('normalizeHost returns one spelling, or none', () => {
  expect(normalizeHost('Example.ORG.')).toBe('example.org')
  expect(normalizeHost('[2001:DB8::1]')).toBe('2001:db8::1')
  expect(normalizeHost('a..b')).toBeNull()
  expect(normalizeHost('exa mple')).toBeNull()
})
