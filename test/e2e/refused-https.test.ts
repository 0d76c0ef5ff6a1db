import type { KeyObject } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { createLocalPython } from '../../src/kometa/install/ask-python.ts'
import { chooseIsolation } from '../../src/kometa/isolation/isolation.ts'
import { pythonEnvironment, pythonMissing } from '../clients/python-env.ts'
import { type JobWorld, run, scriptRenderer, startJobWorld } from './job-world.ts'

const made = vi.hoisted((): KeyObject[] => [])
// The real authority, observed: otherwise nobody could say which bytes must appear nowhere.
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>()
  const listened = (type: 'ec', options: { namedCurve: string }) => {
    const pair = crypto.generateKeyPairSync(type, options)
    made.push(pair.privateKey)
    return pair
  }
  return { ...crypto, generateKeyPairSync: listened }
})

const missing = process.env.KOMETA_PYTHON === undefined ? pythonMissing() : null
if (missing !== null) console.warn(`SKIPPED: what is refused over https: ${missing}`)
const python = missing === null ? (process.env.KOMETA_PYTHON ?? pythonEnvironment('clients')) : ''
const script = fileURLToPath(new URL('ask_refused.py', import.meta.url))
const isolation = await chooseIsolation('auto', { env: process.env, python: null })
afterAll(() => isolation[Symbol.asyncDispose]())
const canary = 'canaryInAQuery0001'
const local = 'this is a name of the local network'

/** Does not follow links: the workspace has some that lead to its own parents. */
const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(dir, join(parentPath, name)))

interface Heard {
  heard: [status: number, text: string]
  seconds: number
  env: Record<string, string>
  argv: string[]
  trusted: Record<string, number>
}

async function askOnce(world: JobWorld, isolate: 'on' | 'off', more: NodeJS.ProcessEnv = {}) {
  const env = { PATH: process.env.PATH }
  const renderer = {
    ...{ ...scriptRenderer(''), command: python, args: () => [script, `https://nas.lan/a/x.png?token=${canary}`] },
    askPython: createLocalPython({ python, dir: world.dir, home: world.dir, env: { ...env, ...more } }),
  }
  const outcome = await run(world, { specs: ['Nosferatu'], isolate, renderer, keepWorkspace: true, env })
  const console = readFileSync(join(world.jobDir, 'logs', 'kometa-console.log'), 'utf8')
  const said = JSON.parse(/^HEARD (.*)$/m.exec(console)?.[1] ?? '') as Heard
  const ledger = filesIn(world.jobDir).filter((name) => /ledger.*\.jsonl$/.test(name))
  const lines = ledger.flatMap((name) => readFileSync(join(world.jobDir, name), 'utf8').trim().split('\n'))
  return { ...outcome, said, entries: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

afterEach(() => void made.splice(0))

describe.skipIf(missing !== null)('what the gate refuses over https', () => {
  test.each([...(isolation.mode === 'namespace' ? (['on'] as const) : []), 'off' as const])(
    'is answered immediately and recorded by its request, isolation %s',
    async (isolate) => {
      await using world = await startJobWorld()
      const { said, entries, summary, lines } = await askOnce(world, isolate)
      expect(said.heard).toEqual([451, `Kometa Preview: ${local}`])
      expect(said.seconds).toBeLessThan(10)
      expect(said.trusted.REQUESTS_CA_BUNDLE).toBeGreaterThan(100)
      const ofGate = entries.filter(({ source }) => source === 'gate')
      expect(ofGate).toMatchObject([
        { method: 'GET', target: 'nas.lan:443/a/x.png', verdict: 'block', reason: local, bytes: 0 },
      ])
      expect(lines).toContain(`warning GATE: GET nas.lan:443/a/x.png: ${local}`)
      expect(summary.gate.hosts).toMatchObject([{ host: 'nas.lan', port: 443, verdict: 'block', count: 1 }])
      expect(JSON.stringify([entries, summary, lines])).not.toContain(canary)
      expect(summary.verification).toMatchObject({ unchanged: true, writes_forwarded: 0 })
      world.assertUntouched()
    },
  )

  test('if Kometa’s certificates cannot be read it keeps its own; the log explains the consequence', async () => {
    await using world = await startJobWorld()
    mkdirSync(join(world.dir, 'broken'))
    writeFileSync(join(world.dir, 'broken', 'certifi.py'), 'raise ImportError("No module named certifi")\n')
    const { said, entries, lines } = await askOnce(world, 'off', { PYTHONPATH: join(world.dir, 'broken') })
    expect(said.heard).toEqual([0, expect.stringContaining('403 Forbidden')])
    expect(said.trusted).toEqual({})
    expect(entries.filter(({ source }) => source === 'gate')).toMatchObject([
      { method: 'CONNECT', target: 'nas.lan:443', verdict: 'block', reason: local },
    ])
    expect(
      lines.filter((line) => /which certificates to trust beside its own \(.*No module named certifi/.test(line)),
    ).toHaveLength(1)
  })

  test('the keys of the authority are in no file, environment, argument or log line', async () => {
    await using world = await startJobWorld()
    const { said, lines, events } = await askOnce(world, 'off')
    expect(made).toHaveLength(2)
    const forms = made.flatMap((key) => {
      const number = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
      const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString().split('\n')[1] ?? ''
      return [
        number.toString('latin1'),
        ...(['hex', 'base64', 'base64url'] as const).map((way) => number.toString(way)),
        pem,
      ]
    })
    expect(forms).toHaveLength(10)
    const files = filesIn(world.dir)
    // The workspace is kept for this test, with the certificates that Kometa trusts.
    expect(files.filter((name) => /trust\/\w+\.pem$/.test(name))).toHaveLength(2)
    const everything = [
      ...files.map((name) => [name, readFileSync(join(world.dir, name), 'latin1')]),
      ['environment', JSON.stringify(said.env)],
      ['arguments', JSON.stringify(said.argv)],
      ['lines', JSON.stringify([lines, events])],
    ]
    const found = everything.filter(([, text = '']) => [...forms, 'PRIVATE KEY'].some((form) => text.includes(form)))
    expect(found.map(([name]) => name)).toEqual([])
    expect(
      Object.keys(said.env)
        .filter((name) => said.env[name]?.includes('.pem'))
        .sort(),
    ).toEqual(['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'])
    expect(files.filter((name) => name.startsWith('job/') && name.endsWith('.pem'))).toEqual([])
  })
})
