import { expect, onTestFinished, test } from 'vitest'
import type { LedgerEntry } from '../../src/proxy/ledger/ledger.ts'
import { gateRulesOf, startJobGate } from '../../src/run/around-kometa/start-gate.ts'
import { limitsOf } from '../../src/run/inputs/limits-of.ts'
import { createRedactor } from '../../src/util/redact.ts'
import { startJobWorld } from '../e2e/job-world.ts'
import { exchange } from '../gate/gate-world.ts'

const key = 'canaryradarr0123456789abcdef'

async function openJobGate(config: (url: string) => string, env: NodeJS.ProcessEnv = {}) {
  const world = await startJobWorld({ config })
  const job = await world.load()
  const lines: string[] = []
  const entries: LedgerEntry[] = []
  const say = (text: string) => lines.push(text)
  const gate = await startJobGate(job, {
    ...{
      env,
      libraries: ['Movies'],
      rules: await gateRulesOf(job),
      loopback: { address: '127.0.0.1', name: 'localhost' },
      plexPorts: [32_500],
      limits: limitsOf(job.preview.timeouts),
      authority: Promise.resolve(null),
    },
    ledger: {
      append: (entry) => entries.push(entry),
      flush: () => undefined,
      head: () => ({ head: '', count: 0, uncounted_reads: 0, files: [] }),
      [Symbol.dispose]: () => undefined,
    },
    log: { debug: say, info: say, warning: say, error: say, [Symbol.dispose]: () => undefined },
    redactor: createRedactor(job.secretsForRedaction),
  })
  onTestFinished(async () => {
    await gate[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })
  return { gate, entries, lines, plexUrl: world.plex.url }
}

const config = (radarr: (url: string) => string) => (url: string) =>
  `plex: {url: "${url}", token: kCANARYplexToken0001}
tmdb: {apikey: x}
radarr: {url: "${radarr(url)}", token: ${key}}
libraries: {Movies: {overlay_files: [{default: resolution}]}}
`

test('a key in a host name, a path or a method is in no entry of the ledger, the summary or the log', async () => {
  const { gate, entries, lines } = await openJobGate(config(() => 'http://127.0.0.1:9'))
  const [service] = gate.services
  const port = Number(new URL(service?.proxyUrl ?? '').port)
  await exchange(port, `GET /api/v3/movie/${key}?apikey=${key} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  const { port: gatePort, username, password } = new URL(gate.env.HTTPS_PROXY ?? '')
  const credential = `Proxy-Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}\r\n`
  for (const head of [`CONNECT ${key}.example.invalid:443`, `GET http://${key}.example.invalid/${key}`]) {
    await exchange(Number(gatePort), `${head} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${credential}\r\n`)
  }
  await gate.end()
  expect(entries).toHaveLength(3)
  expect(gate.hosts().length).toBeGreaterThan(0)
  expect(JSON.stringify([entries, gate.hosts(), lines])).not.toContain(key)
  expect(JSON.stringify(entries)).toContain('(redacted)')
})

test('a "Radarr" at the address of Plex: not one request of it gets there', async () => {
  const { gate, entries } = await openJobGate(config((url) => `${url}/library/sections/1/refresh`))
  const [service] = gate.services
  const answer = await fetch(`${service?.proxyUrl}/api/v3/system/status`)
  expect(answer.status).toBe(403)
  expect(entries).toMatchObject([
    { source: 'service', verdict: 'block', reason: expect.stringContaining('Plex server') },
  ])
})

test('beyond a thousand hosts, the others share one row, and no request is lost', async () => {
  const { gate } = await openJobGate(config(() => 'http://127.0.0.1:9'))
  const { port } = new URL(gate.env.HTTPS_PROXY ?? '')
  const names = Array.from({ length: 1_010 }, (_, at) => `host${at}.example.invalid`)
  const ask = (name: string) => exchange(Number(port), `CONNECT ${name}:443 HTTP/1.1\r\n\r\n`)
  for (let at = 0; at < names.length; at += 50) await Promise.all(names.slice(at, at + 50).map(ask))
  await gate.end()
  expect(gate.hosts()).toHaveLength(1_001)
  expect(gate.hosts().at(-1)).toMatchObject({ host: '(all other hosts)', count: 10 })
})

test.each(['socks5://127.0.0.1:1080', 'https://proxy.example.org:443'])(
  'a proxy of the environment that the gate cannot use (%s) is told',
  async (proxy) => {
    const { gate, lines } = await openJobGate(
      config(() => 'http://127.0.0.1:9'),
      { HTTPS_PROXY: proxy },
    )
    expect(gate.viaUserProxy).toBe(false)
    expect(lines.join('\n')).toMatch(/proxy of your environment is of a kind that the gate cannot go through/)
  },
)
