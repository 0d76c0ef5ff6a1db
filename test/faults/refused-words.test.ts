import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/job-config.ts'
import { explainCritical } from '../../src/kometa/explain-stop.ts'
import { type Refusal, refusedWords } from '../../src/run/faults/refused-words.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'refused-'))
  mkdirSync(join(dir, 'config'))
  writeFileSync(
    join(dir, 'config', 'config.yml'),
    'plex: {url: "http://127.0.0.1:9", token: kCANARYplexToken0001}\ntmdb: {apikey: x}\nlibraries:\n  Movies: {overlay_files: [{file: config/o.yml}]}\n',
  )
  writeFileSync(
    join(dir, 'config', 'o.yml'),
    'overlays:\n  Badge: {overlay: {name: badge, url: "https://nas.lan/badge.png"}}\n  Text: {overlay: {name: text(x)}}\n',
  )
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const local = 'this is a private, local or reserved address'
const refusals: Refusal[] = [
  { host: 'example.org', port: 443, verdict: 'pass', reason: '' },
  { host: '127.0.0.1', port: 32_400, verdict: 'block', reason: local },
  { host: 'nas.lan', port: 443, verdict: 'block', reason: 'this is a name of the local network' },
  { host: '::1', port: 80, verdict: 'block', reason: local },
]
const file = { form: 'File', path: 'config/o.yml' }
const said = async (definition: string | null, words: string) =>
  refusedWords(
    { definition, words },
    file,
    await loadJobConfig({ kind: 'config', configPath: join(dir, 'config', 'config.yml') }, { env: {} }),
    refusals,
  )
const answered = (url: string) => `Overlay Error: Response code 403 received when attempting download of '${url}'`
const retried = 'Unknown Error: RetryError[<Future at 0x7f6d state=finished raised ProxyError>]'

test.each([
  ['http://127.0.0.1:32400/library/sections/1/refresh', local],
  ['http://127.1:32400/x.png', local],
  ['http://[::1]/x.png', local],
])('%s was answered by the gate: the address, and why', async (url, reason) => {
  expect(await said('Badge', answered(url))).toBe(`the image ${url} was not fetched: ${reason}`)
})

test('an https address, of which Kometa names the error alone, is found in the definition', async () => {
  expect(await said('Badge', retried)).toBe(
    'the image https://nas.lan/badge.png was not fetched: this is a name of the local network (Kometa asked for it again and again, for 50 s)',
  )
})

test('nothing is said of what the gate did not refuse', async () => {
  expect(await said('Badge', answered('https://example.org/x.png'))).toBeNull()
  expect(await said('Badge', answered('http://nas.lan/x.png'))).toBeNull()
  expect(await said('Text', retried)).toBeNull()
  expect(await said('Nowhere', retried)).toBeNull()
  expect(await said(null, retried)).toBeNull()
  expect(await said('Badge', "Overlay Error: Overlay image not found at 'config/x.png'")).toBeNull()
})

test('an image that could not be fetched is not told as a GitHub that cannot be reached', () => {
  const critical = (modules: string[]) =>
    explainCritical({ text: 'RetryError[<Future raised ProxyError>]', lines: [], modules, library: null }).reason
  expect(critical(['config', 'request'])).toContain('could not reach raw.githubusercontent.com')
  expect(critical(['builder', 'overlay', 'request'])).not.toContain('raw.githubusercontent.com')
})
