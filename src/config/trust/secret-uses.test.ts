import { expect, test } from 'vitest'
import { parseYaml } from '../yaml/yaml-read.ts'
import { namedMark, namesOurs, type SecretUse, secretUses } from './secret-uses.ts'

const usesOf = (text: string): SecretUse[] => secretUses(parseYaml(text, 'config.yml'), namedMark)
const ids = (text: string): string[] => usesOf(text).map(({ id }) => id)
/** Whether one text sends its secrets only where the other already sends them. */
const isAmong = (one: string, other: string): boolean => {
  const known = new Set(ids(other))
  return ids(one).every((id) => known.has(id))
}
const plex = (more = '') => `plex: {url: "http://10.0.0.1:32400", token: "<<key>>"${more}}\n`

test('a text without secrets, or without keys, uses none', () => {
  for (const text of ['', 'a', '- a', 'plex: {url: "http://10.0.0.1", token: abc}', 'plex: {token: 1}'])
    expect(usesOf(text)).toEqual([])
})

test('each use names its place and the addresses that it goes to', () => {
  expect(usesOf(plex()).map(({ what, path }) => [what, path.join('.')])).toEqual([
    ['place', 'plex.token'],
    ['addresses', 'plex.token'],
  ])
  // Without an address the secret goes nowhere.
  expect(usesOf('plex: {token: "<<key>>"}').map(({ what }) => what)).toEqual(['place'])
})

test.each([
  ['another address', plex().replace('10.0.0.1', 'evil.example'), false],
  ['a slash at its end', plex().replace(':32400', ':32400/'), true],
  ['another secret', plex().replace('<<key>>', '<<other>>'), false],
  ['a certificate that is no longer looked at', plex(', verify_ssl: false'), false],
  ['the same for all services', `${plex()}settings: {verify_ssl: false}\n`, false],
  ['one that is looked at', plex(', verify_ssl: true'), true],
  ['its own word before that of all', `${plex(', verify_ssl: true')}settings: {verify_ssl: false}\n`, true],
  ['another place', `${plex()}radarr: {url: "http://10.0.0.1:32400", token: "<<key>>"}\n`, false],
  ['another library, and no other address', `${plex()}libraries: {Movies: {plex: {db_cache: 1}}}\n`, true],
  ['a library with an address of its own', `${plex()}libraries: {Movies: {plex: {url: "http://evil"}}}\n`, false],
  ['an address that is itself filled in', plex().replace('"http://10.0.0.1:32400"', '"<<where>>"'), false],
])('%s: the uses are known: %s', (_name, text, isKnown) => {
  expect([text, isAmong(text, plex())]).toEqual([text, isKnown])
})

test('an entry above, or another name of the library, changes no use', () => {
  const listed = (before: string, library: string) =>
    `libraries: {${library}: {files: [${before}{url: "http://a", token: "<<key>>"}]}}\n`
  expect(isAmong(listed('{x: 1}, ', 'Films'), listed('', 'Movies'))).toBe(true)
})

test.each([
  ['<<name>>', ['radarr', 'token'], '<<name>>'],
  ['a <<name>> b', ['x'], 'a <<name>> b'],
  ['<<name>>', ['a', 'template_variables', 'b'], null],
  ['<<kometa-preview-secret-1>>', ['a', 'template_variables', 'b'], '<<kometa-preview-secret-1>>'],
  ['ENV', ['plex', 'token'], 'ENV'],
  ['env', ['libraries', 'Movies', 'plex', 'url'], 'ENV'],
  ['ENV', ['plex', 'timeout'], null],
  ['ENV', ['radarr', 'token'], null],
  ['ENV', ['token'], null],
  ['plain', ['plex', 'token'], null],
])('%s at %j stands for %s', (text, path, mark) => {
  expect(namedMark(text, path)).toBe(mark)
})

test('our own names in any spelling', () => {
  expect([namesOurs('<<KOMETA-Preview-Secret-1>>'), namesOurs('<<key>>'), namesOurs('plain')]).toEqual([
    true,
    false,
    false,
  ])
})
