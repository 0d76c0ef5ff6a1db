import { expect, test } from 'vitest'
import { hadNoOtherWay, unguardedWords, waysOut } from '../../src/kometa/isolation/ways-out.ts'

const none = { notHidden: { files: [], sockets: [] }, notReadOnly: [] }
const open = (options: Parameters<typeof waysOut>[0]) =>
  waysOut(options).flatMap(({ way, closed }) => (closed ? [] : [way]))

test('in a namespace, only what could not be guarded is open, and a socket is a way to Plex', () => {
  const inNamespace = (...unguarded: Parameters<typeof waysOut>[0]['unguarded'][number][]) =>
    ({ mode: 'namespace', inContainer: false, unguarded }) as const
  expect(open(inNamespace(none, none))).toEqual([])
  expect(hadNoOtherWay(waysOut(inNamespace(none)))).toBe(true)
  const socket = { ...none, notHidden: { files: [], sockets: ['/run/docker.sock'] } }
  expect(open(inNamespace(none, socket))).toEqual(['sockets'])
  expect(hadNoOtherWay(waysOut(inNamespace(none, socket)))).toBe(false)
  expect(
    waysOut(inNamespace(socket))
      .map(({ words }) => words)
      .join(),
  ).toContain('/run/docker.sock')
  const files = { notHidden: { files: ['/config/config.yml'], sockets: [] }, notReadOnly: ['/opt/Kometa'] }
  expect(open(inNamespace(files))).toEqual(['config', 'files'])
  // Whoever reads the config has the token, but still no way to Plex.
  expect(hadNoOtherWay(waysOut(inNamespace(files)))).toBe(true)
})

test.each([
  [false, ['network', 'sockets', 'memory', 'config', 'files']],
  [true, ['network']],
])('without isolation, in a container %s: open are %j, and Plex may be reached', (inContainer, ways) => {
  const options = { mode: 'none', inContainer, unguarded: [] } as const
  expect(open(options)).toEqual(ways)
  expect(hadNoOtherWay(waysOut(options))).toBe(false)
  expect(unguardedWords({ inContainer })).toMatch(/ignores proxy settings could reach Plex and your network directly/)
})
