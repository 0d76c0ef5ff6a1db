import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { GateRules } from '../../src/gate/judge-host.ts'
import { defaultCaptureLimits } from '../../src/proxy/capture/limits.ts'
import { createReadUrl } from '../../src/proxy/capture/read-url.ts'
import { createOutsideLookup, namesOfServers } from '../../src/run/around-kometa/outside-hosts.ts'

const rules = (changes: Partial<GateRules> = {}): GateRules => ({
  ...{ mode: 'open', allow: [], deny: [], plexNames: new Set(['plex.example.org', '203.0.114.9']), plexAccount: false },
  ...changes,
})
const publicAddress = async () => [{ address: '8.8.8.8', family: 4 }]

/** If an upload names its image by a URL, we fetch it ourselves: none of these GETs may reach Plex. */
test.each([
  'plex.example.org',
  'PLEX.Example.ORG',
  'plex.example.org.',
  '203.0.114.9',
  '[::ffff:203.0.114.9]',
  '[::ffff:cb00:7209]',
  '203-0-114-9.abc.plex.direct',
  'plex.tv',
  'ntfy.sh',
  '192.168.1.10',
  'nas',
])('%s is not dialled for an upload by URL', async (host) => {
  const dialled: string[] = []
  const resolve = createOutsideLookup(rules(), (name) => {
    dialled.push(name)
    return publicAddress()
  })
  const read = createReadUrl({ limits: defaultCaptureLimits, resolve })
  for (const url of [`https://${host}:32400/library/sections/1/refresh`, `http://${host}/:/scrobble?key=1`]) {
    await expect(read(url)).rejects.toMatchObject({ name: 'UrlUnreadable' })
  }
  expect(dialled).toEqual([])
})

test('another name that leads to Plex is not dialled either', async () => {
  const resolve = createOutsideLookup(rules(), async () => [{ address: '::ffff:203.0.114.9', family: 6 }])
  await expect(resolve('media.example.net')).rejects.toThrow(/Plex server/)
})

test('a redirect of another host does not lead to Plex', async () => {
  const seen: string[] = []
  const server = createServer((incoming, outgoing) => {
    seen.push(`${incoming.headers.host?.split(':')[0]} ${incoming.url}`)
    const { port } = server.address() as AddressInfo
    outgoing.writeHead(302, { location: `http://plex.example.org:${port}/library/sections/1/refresh` }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const resolve = createOutsideLookup(rules(), async () => [{ address: '127.0.0.1', family: 4 }])
  const read = createReadUrl({ limits: defaultCaptureLimits, resolve })
  await expect(read(`http://image.tmdb.org:${(server.address() as AddressInfo).port}/a.jpg`)).rejects.toThrow(/Plex/)
  expect(seen).toEqual(['image.tmdb.org /a.jpg'])
})

test('gate: strict and gate.deny hold for these fetches, too', async () => {
  const lookup = createOutsideLookup(rules({ mode: 'strict', deny: ['.fanart.tv'] }), publicAddress)
  await expect(lookup('unknown.example.net')).rejects.toThrow(/strict/)
  await expect(lookup('assets.fanart.tv')).rejects.toThrow(/gate.deny/)
  await expect(lookup('image.tmdb.org')).resolves.toEqual(await publicAddress())
})

test('the names of the servers: as written, and their addresses', async () => {
  const names = await namesOfServers(['http://LocalHost:32400', 'https://[::1]:32400/plex', 'http://10.0.0.5'])
  expect([...names]).toEqual(expect.arrayContaining(['localhost', '::1', '10.0.0.5']))
  expect(names.has('127.0.0.1') || names.has('::1')).toBe(true)
})
