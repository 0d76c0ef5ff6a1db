import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createAuthority } from '../../src/gate/authority/authority.ts'
import { type AskPython, createLocalPython } from '../../src/kometa/install/ask-python.ts'
import { kometaEnvironment } from '../../src/kometa/process/environment.ts'
import { gatherTrust, type TrustOptions, writeTrust } from '../../src/kometa/trust/trust-files.ts'
import { pythonEnvironment, pythonMissing } from '../clients/python-env.ts'
import { openGate } from '../gate/gate-world.ts'

const client = fileURLToPath(new URL('../gate/ask_loopback.py', import.meta.url))
const missing = process.env.KOMETA_PYTHON === undefined ? pythonMissing() : null
if (missing !== null) console.warn(`SKIPPED: what clients in Python trust: ${missing}`)
const python = missing === null ? (process.env.KOMETA_PYTHON ?? pythonEnvironment('clients')) : ''
const hasCurlCffi = python !== '' && spawnSync(python, ['-c', 'import curl_cffi']).status === 0
const clients = ['requests', 'urllib', ...(hasCurlCffi ? ['curl_cffi'] : [])]

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trust-files-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const ours = await createAuthority()
const users = await createAuthority()
const file = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}
const localPython = (env: NodeJS.ProcessEnv): AskPython => createLocalPython({ python, dir, home: dir, env })
const gather = (env: NodeJS.ProcessEnv, more: Partial<TrustOptions> = {}) =>
  gatherTrust({
    ...{ ask: localPython(env), env, cwd: dir, verifySsl: true, certificate: ours.certificate },
    ...{ signal: new AbortController().signal, ...more },
  })
const count = (text = ''): number => text.split('BEGIN CERTIFICATE').length - 1
const path = { PATH: process.env.PATH }

describe.skipIf(missing !== null)('what Kometa trusts', () => {
  test('is what it trusts without us, plus one certificate', async () => {
    const { REQUESTS_CA_BUNDLE: requests, SSL_CERT_FILE: ssl, ...others } = await gather(path)
    expect(others).toEqual({})
    const certifi = readFileSync(
      spawnSync(python, ['-c', 'import certifi; print(certifi.where())']).stdout.toString().trim(),
      'latin1',
    )
    expect(requests).toBe(`${certifi}\n${ours.certificate}`)
    expect(ssl?.endsWith(ours.certificate)).toBe(true)
    // The certificates of the interpreter's own OpenSSL, or those of certifi if it has none.
    expect(count(ssl)).toBeGreaterThan(10)
  })

  test.each(['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'])(
    'with the user’s %s: their file instead of certifi’s',
    async (name) => {
      const env = { ...path, [name]: file('users.pem', users.certificate) }
      const { REQUESTS_CA_BUNDLE: requests, SSL_CERT_FILE: ssl } = await gather(env)
      expect(requests).toBe(`${users.certificate}\n${ours.certificate}`)
      // curl_cffi would now use this file instead of its own.
      expect(ssl).toContain(users.certificate)
    },
  )

  test('with the user’s SSL_CERT_FILE: their file, and nothing from requests', async () => {
    const env = { ...path, SSL_CERT_FILE: file('users.pem', users.certificate) }
    const { REQUESTS_CA_BUNDLE: requests, SSL_CERT_FILE: ssl } = await gather(env)
    expect(ssl).toBe(`${users.certificate}\n${ours.certificate}`)
    expect(requests).not.toContain(users.certificate)
    expect(count(requests)).toBeGreaterThan(100)
  })

  test('a relative path starts where Kometa is started', async () => {
    file('users.pem', users.certificate)
    const { REQUESTS_CA_BUNDLE: requests } = await gather({ ...path, REQUESTS_CA_BUNDLE: 'users.pem' })
    expect(requests).toBe(`${users.certificate}\n${ours.certificate}`)
  })

  test('verify_ssl: false: requests gets no file that would make it verify, unless the user names one', async () => {
    expect(Object.keys(await gather(path, { verifySsl: false }))).toEqual(['SSL_CERT_FILE'])
    const env = { ...path, REQUESTS_CA_BUNDLE: file('users.pem', users.certificate) }
    const { REQUESTS_CA_BUNDLE: requests } = await gather(env, { verifySsl: false })
    expect(requests).toBe(`${users.certificate}\n${ours.certificate}`)
  })

  test.each([
    ['is not there', () => join(dir, 'nowhere.pem')],
    ['is a folder', () => dir],
    ['holds no certificate', () => file('empty.pem', '# nothing\n')],
  ])('a file of the user that %s: Kometa is left as it is, to say so itself', async (_what, make) => {
    for (const name of ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE'])
      await expect(gather({ ...path, [name]: make() })).rejects.toThrow(`the certificates of ${name} cannot be read`)
  })

  test('an image’s own file counts, and the user’s file takes precedence', async () => {
    const inImage = localPython({ ...path, REQUESTS_CA_BUNDLE: file('image.pem', users.certificate) })
    const { REQUESTS_CA_BUNDLE: images } = await gather(path, { ask: inImage })
    expect(images).toBe(`${users.certificate}\n${ours.certificate}`)
    const another = (await createAuthority()).certificate
    const env = { ...path, REQUESTS_CA_BUNDLE: file('another.pem', another) }
    expect((await gather(env, { ask: inImage })).REQUESTS_CA_BUNDLE).toBe(`${another}\n${ours.certificate}`)
  })

  test('an interpreter without certifi is reported, and nothing changes', async () => {
    mkdirSync(join(dir, 'broken'))
    const broken = { ...path, PYTHONPATH: join(dir, 'broken') }
    writeFileSync(join(dir, 'broken', 'certifi.py'), 'raise ImportError("No module named certifi")\n')
    await expect(gather(broken)).rejects.toThrow('No module named certifi')
  })

  test('only the user can read the files, and they contain no key', async () => {
    const variables = await writeTrust(await gather(path), join(dir, 'trust'))
    expect(Object.keys(variables).sort()).toEqual(['REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'])
    for (const each of Object.values(variables)) {
      expect(statSync(each).mode & 0o777).toBe(0o600)
      expect(readFileSync(each, 'latin1')).not.toContain('PRIVATE')
    }
    expect(statSync(join(dir, 'trust')).mode & 0o777).toBe(0o700)
  })
})

describe.skipIf(missing !== null)('a client in Kometa’s environment', () => {
  /** Returns what a client gets from each address. */
  async function ask(name: string, user: NodeJS.ProcessEnv, urls: (port: number) => string[]) {
    const origin = createServer(users.serverOf('passed.example.org'), (_request, response) => response.end('origin'))
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void origin.close().closeAllConnections())
    const gate = await openGate({ authority: Promise.resolve(ours) })
    const extra = {
      ...{ HTTPS_PROXY: gate.proxyUrl, HTTP_PROXY: gate.proxyUrl, NO_PROXY: 'localhost:1' },
      ...(await writeTrust(await gather(user), join(dir, 'trust'))),
    }
    const env = kometaEnvironment(user, { home: dir, extra })
    const asked = urls((origin.address() as AddressInfo).port)
    const { stdout } = await promisify(execFile)(python, [client, name, ...asked], { env })
    const lines = stdout.trim().split('\n')
    return lines.map((line) => JSON.parse(line) as { status: number | string; text: string })
  }
  const addresses = (port: number) => ['https://nas.lan/x.png', `https://passed.example.org:${port}/`]
  const refused = { status: 451, text: 'Kometa Preview: this is a name of the local network' }

  test.each(clients)('%s accepts the gate’s refusal, and verifies all other servers as before', async (name) => {
    const [ofRefused, ofPassed] = await ask(name, path, addresses)
    expect(ofRefused).toMatchObject(refused)
    // The user's authority signed this one, and the user named no such authority here.
    expect(ofPassed).toMatchObject({ status: expect.any(String), text: expect.stringMatching(/certificate/i) })
  })

  test.each(clients)('%s trusts the user’s authorities', async (name) => {
    const variable = name === 'urllib' ? 'SSL_CERT_FILE' : 'REQUESTS_CA_BUNDLE'
    const user = { ...path, [variable]: file('users.pem', users.certificate) }
    const [ofRefused, ofPassed] = await ask(name, user, addresses)
    expect(ofRefused).toMatchObject(refused)
    expect(ofPassed).toMatchObject({ status: 200, text: 'origin' })
  })
})
