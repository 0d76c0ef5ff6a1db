import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createNetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exemptions, ownLoopback, sharedLoopback } from '../../src/kometa/isolation/own-doors.ts'
import { kometaEnvironment } from '../../src/kometa/process/environment.ts'
import { listenOnLoopback } from '../../src/util/net/loopback.ts'
import { pythonEnvironment, pythonMissing } from '../clients/python-env.ts'
import { openGate } from './gate-world.ts'

const script = fileURLToPath(new URL('ask_loopback.py', import.meta.url))
const missing = process.env.KOMETA_PYTHON === undefined ? pythonMissing() : null
if (missing !== null) console.warn(`SKIPPED: clients that ask this machine: ${missing}`)
const python = missing === null ? (process.env.KOMETA_PYTHON ?? pythonEnvironment('clients')) : ''
const has = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
const clients = [
  'requests',
  'urllib',
  ...(has('curl', '--version') ? ['curl'] : []),
  ...(python !== '' && has(python, '-c', 'import curl_cffi') ? ['curl_cffi'] : []),
]

/** Plays Plex: it listens on every address of this machine, as Plex does. */
async function openPlex() {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.url ?? '')
    response.end('plex')
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  return { seen, port: (server.address() as AddressInfo).port }
}

async function openOwn() {
  const heads: { url: string; headers: string[] }[] = []
  const server = createServer((request, response) => {
    heads.push({ url: request.url ?? '', headers: Object.keys(request.headers) })
    response.end('own')
  })
  const listener = await listenOnLoopback(server, 0)
  onTestFinished(() => {
    listener[Symbol.dispose]()
    server.close().closeAllConnections()
  })
  return { heads, port: (server.address() as AddressInfo).port }
}

describe.skipIf(missing !== null)('a client in Kometa’s environment', () => {
  test.each(clients)('%s reaches our own ports and no other port of this machine', async (client) => {
    const plex = await openPlex()
    const own = await openOwn()
    const gate = await openGate({ ownPorts: new Set([own.port]) })
    const loopback = await ownLoopback()
    // The user's own words would open this whole machine.
    const user = { PATH: process.env.PATH, NO_PROXY: '*', no_proxy: 'localhost,127.0.0.1', ALL_PROXY: 'socks5://x' }
    const env = kometaEnvironment(user, {
      home: '/nowhere',
      extra: {
        HTTPS_PROXY: gate.proxyUrl,
        HTTP_PROXY: gate.proxyUrl,
        NO_PROXY: exemptions(loopback, [own.port]),
      },
    })
    const ask = async (...urls: string[]) => {
      const { stdout } = await promisify(execFile)(python, [script, client, ...urls], { env })
      return stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { status: number | string; text: string })
    }
    for (const { status, text } of await ask(
      `http://${loopback.name}:${own.port}/library?a=%2F..%2F`,
      `http://127.0.0.1:${own.port}/library?a=%2F..%2F`,
    ))
      expect({ status, text }).toEqual({ status: 200, text: 'own' })
    // The request as it was sent, without the headers meant only for the gate.
    for (const { url, headers } of own.heads) {
      expect(url).toBe('/library?a=%2F..%2F')
      expect(headers).not.toContain('proxy-authorization')
    }
    // Our own proxies record what they get, so the gate does not record it.
    expect(gate.entries).toEqual([])
    const hosts = [
      '127.0.0.1',
      'localhost',
      '127.1',
      '2130706433',
      '0.0.0.0',
      '127.0.0.2',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ]
    for (const answer of await ask(...hosts.map((host) => `http://${host}:${plex.port}/refresh`)))
      expect(answer.text).not.toContain('plex')
    expect(plex.seen).toEqual([])
  })
})

describe('the listener on loopback', () => {
  const serve = () => createServer((_request, response) => response.end('own'))
  const hasV6 = async () => {
    const probe = createNetServer()
    return new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(0, '::1', () => probe.close(() => resolve(true)))
    })
  }

  test('is on both addresses of localhost, and is closed on both', async (context) => {
    if (!(await hasV6())) return context.skip('there is no ::1 here')
    const server = serve()
    const listener = await listenOnLoopback(server, 0)
    const { port } = server.address() as AddressInfo
    for (const host of ['127.0.0.1', '[::1]']) expect(await (await fetch(`http://${host}:${port}`)).text()).toBe('own')
    listener[Symbol.dispose]()
    await new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections())
    for (const host of ['127.0.0.1', '[::1]']) await expect(fetch(`http://${host}:${port}`)).rejects.toThrow()
  })

  test('does not share localhost with another program that has the port on ::1', async (context) => {
    if (!(await hasV6())) return context.skip('there is no ::1 here')
    const other = createNetServer()
    await new Promise<void>((resolve) => other.listen(0, '::1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    await expect(listenOnLoopback(serve(), port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})

test('a container gets the name only if its /etc/hosts, a copy of ours, contains it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'hosts-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const nameFor = async (text: string) => {
    writeFileSync(join(dir, 'hosts'), text)
    return (await sharedLoopback(join(dir, 'hosts'))).name
  }
  const own = (await ownLoopback()).name
  expect(await nameFor('127.0.0.1\tip4 localhost # this\n::1 localhost\n')).toBe(own)
  for (const text of ['', '# 127.0.0.1 localhost\n', '127.0.0.1 localhost.localdomain\n', '127.0.0.1 x # localhost\n'])
    expect(await nameFor(text)).toBe('127.0.0.1')
})

test('without a name for this machine nothing is exempt: an exemption for an address cannot include its port', () => {
  expect(exemptions({ address: '127.0.0.1', name: '127.0.0.1' }, [1, 2])).toBe('')
  expect(exemptions({ address: 'host.docker.internal', name: 'host.docker.internal' }, [1, 2])).toBe(
    'host.docker.internal:1,host.docker.internal:2',
  )
})
