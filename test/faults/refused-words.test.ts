import { expect, test } from 'vitest'
import { explainCritical } from '../../src/kometa/log/outcome/explain-stop.ts'
import { type Critical, createOutcomeRecorder } from '../../src/kometa/log/outcome/kometa-outcome.ts'
import type { Refusal } from '../../src/run/around-kometa/gate-log.ts'
import { withRefusals } from '../../src/run/summary/faults/refused-stop.ts'
import { refusedWords } from '../../src/run/summary/faults/refused-words.ts'

const local = 'this is a private, local or reserved address'
const lan = 'this is a name of the local network'
const denied = 'gate.deny in preview.yml names it'
const refusal = (host: string, more: Partial<Refusal> = {}): Refusal => ({
  ...{ method: 'GET', host, port: 443, tls: true, path: '', reason: denied, at: 0 },
  ...more,
})
const refusals: Refusal[] = [
  refusal('127.0.0.1', { port: 32_400, tls: false, reason: local, path: '/library/sections/1/refresh', at: 10 }),
  refusal('nas.lan', { reason: lan, path: '/badge.png', at: 20 }),
  refusal('::1', { port: 80, tls: false, reason: local, path: '/x.png', at: 30 }),
  refusal('graphql.anilist.co', { method: 'POST', path: '/', at: 1_040 }),
  refusal('192.168.1.5', { port: 8_443, reason: local, method: 'CONNECT', at: 2_000 }),
]
const said = (words: string, more: Partial<Parameters<typeof refusedWords>[0]> = {}, all = refusals) =>
  refusedWords({ kind: 'definition', span: null, ...more, words }, all)
const answered = (url: string) => `Overlay Error: Response code 451 received when attempting download of '${url}'`

test.each([
  ['http://127.0.0.1:32400/library/sections/1/refresh', local],
  ['http://127.1:32400/x.png', local],
  ['http://[::1]/x.png', local],
  ['https://nas.lan/badge.png?token=(redacted)', lan],
])('%s was answered by the gate: the address, and why', (url, reason) => {
  expect(said(answered(url))).toBe(`the image ${url} was not fetched: ${reason}`)
})

test.each([
  ['file', 'URL Error: 451 on https://nas.lan/o.yml', 'the file https://nas.lan/o.yml was not fetched: '],
  ['definition', 'List Error: No ids found at https://nas.lan/list.', 'https://nas.lan/list was not fetched: '],
] as const)('a %s of which Kometa names the address in other words', (kind, words, start) => {
  expect(said(words, { kind })).toBe(`${start}${lan}`)
})

test('if Kometa names no address, the time tells which request was refused, and its words follow', () => {
  const words = 'Unknown Error: Expecting value: line 1 column 1 (char 0)'
  expect(said(words, { span: { from: 1_000, to: 1_050 } })).toBe(
    `POST https://graphql.anilist.co/ was refused: ${denied}. Kometa says: ${words}`,
  )
  expect(said(words, { span: { from: 1_041, to: 1_999 } })).toBeNull()
})

test('if Kometa could not be given the authority, the host is named, and that Kometa asked again', () => {
  const words = 'Unknown Error: RetryError[<Future at 0x7f6d state=finished raised ProxyError>]'
  const tries = Array.from({ length: 6 }, (_, at) => ({ ...(refusals.at(-1) as Refusal), at: 2_000 + 10_000 * at }))
  expect(said(words, { span: { from: 1_990, to: 52_010 } }, tries)).toBe(
    `https://192.168.1.5:8443/ was refused: ${local} (Kometa asked for it again and again, for 50 s). Kometa says: ${words}`,
  )
})

test('nothing is said about requests that the gate let through', () => {
  expect(said(answered('https://example.org/x.png'))).toBeNull()
  expect(said(answered('http://nas.lan/x.png'))).toBeNull()
  expect(said('Overlay Error: Overlay image not found at config/x.png')).toBeNull()
  expect(said(answered('https://nas.lan/x.png'), {}, [])).toBeNull()
})

const critical = (text: string, modules: string[]): Critical => ({
  ...{ text, modules, lines: [], library: null, refused: null },
})
const reasonOf = (one: Critical, all: readonly Refusal[]): string => {
  const { outcome } = createOutcomeRecorder()
  const [told] = withRefusals({ ...outcome, criticals: [one] }, all).criticals
  return explainCritical(told ?? one).reason
}

test('what ended Kometa is the refused request of the service that it names', () => {
  const raw = refusal('raw.githubusercontent.com', { path: '/Kometa-Team/Anime-IDs/master/anime_ids.json' })
  const ids = critical('Expecting value: line 1 column 1 (char 0)', ['config', 'convert', 'request'])
  expect(reasonOf(ids, [...refusals, raw])).toBe(
    `GET https://raw.githubusercontent.com/Kometa-Team/Anime-IDs/master/anime_ids.json was refused: ${denied}. ` +
      'Kometa stopped: Expecting value: line 1 column 1 (char 0)',
  )
  // Another request was refused.
  expect(reasonOf(ids, refusals)).toContain('could not load its list of anime ids from raw.githubusercontent.com')
})

test('what ended Kometa in an error of a connection: the request that it tried six times, and not GitHub', () => {
  const retry = critical('RetryError[<Future raised ProxyError>]', ['library', 'meta', 'request'])
  const tries = Array.from({ length: 6 }, () => refusal('nas.lan', { method: 'CONNECT', reason: lan }))
  expect(reasonOf(retry, tries)).toBe(
    `https://nas.lan/ was refused: ${lan} (Kometa asked for it again and again, for 50 s). Kometa stopped: ${retry.text}`,
  )
  expect(reasonOf(retry, tries.slice(1))).toContain('could not reach raw.githubusercontent.com')
})

test('an image that could not be fetched is not told as a GitHub that cannot be reached', () => {
  const reason = (modules: string[]) =>
    explainCritical(critical('RetryError[<Future raised ProxyError>]', modules)).reason
  expect(reason(['config', 'request'])).toContain('could not reach raw.githubusercontent.com')
  expect(reason(['builder', 'overlay', 'request'])).not.toContain('raw.githubusercontent.com')
})
