import { expect, test } from 'vitest'
import { readPlaces } from '../../src/config/yaml/yaml-places.ts'
import { parseYaml } from '../../src/config/yaml/yaml-read.ts'
import { toPlain } from '../../src/config/yaml/yaml-value.ts'
import { hiddenIn } from '../../src/server/connect/hidden/hidden-uses.ts'
import { maskConfig } from '../../src/server/connect/hidden/mask-config.ts'
import { nameSecrets, restoreConfig } from '../../src/server/connect/hidden/unmask-config.ts'

const config = `# plex token: OldToken-From-Comments1
plex:
  url: http://192.168.1.10:32400
  token: RealPlexToken-4711   # RealPlexToken-4711
tmdb: {apikey: "0123456789abcdef0123456789abcdef", language: en}
trakt:
  client_secret: &secret 'it''s secret'
  authorization:
    access_token: *secret
    expires_in: 7776000
    refresh_token: |
      refresh
      over lines
mdblist:
  apikey: <<mdblist>>
libraries:
  Movies:
    overlay_files:
      - default: ratings
        template_variables:
          note: "see http://host/x?token=RealPlexToken-4711"
      - url: https://user:hunter22@example.org/overlay.yml
radarr:
  url: http://10.0.0.2:7878
  token: radarr-token-1
settings:
  asset_directory: config/assets
`
const secrets = [
  'RealPlexToken-4711',
  'OldToken-From-Comments1',
  '0123456789abcdef0123456789abcdef',
  "it's secret",
  "it''s secret",
  'over lines',
  'hunter22',
  'radarr-token-1',
]
const restore = (edited: string, masked = maskConfig(config)) => restoreConfig(edited, masked.masks, hiddenIn(masked))
const plain = (text: string) => toPlain(parseYaml(text, 'config'))

test('no secret is left, every line keeps its number, and everything else stays', () => {
  const { text } = maskConfig(config)
  for (const secret of secrets) expect(text).not.toContain(secret)
  expect(text.split('\n').length).toBe(config.split('\n').length)
  expect(text).toContain('url: http://192.168.1.10:32400\n  token: ••••••••1')
  expect(text).toContain('expires_in: 7776000')
  expect(text).toContain('apikey: <<mdblist>>')
  expect(text).toContain('asset_directory: config/assets')
  const lineOf = (where: string) => {
    const places = readPlaces(where)
    const found = places.find(['radarr', 'token'])
    return found && places.position(found.start).line
  }
  expect(lineOf(text)).toBe(lineOf(config))
})

test('restoring the masks gives the same config', () => {
  const { text } = maskConfig(config)
  const restored = restore(text)
  expect(restored.problems).toEqual([])
  expect(plain(restored.text)).toEqual(plain(config))
})

test('a file gets names, and the values are kept apart', () => {
  const named = nameSecrets(maskConfig(config))
  for (const secret of secrets) expect(named.text).not.toContain(secret)
  expect(Object.values(named.secrets)).toContain('RealPlexToken-4711')
  expect(named.text).toContain('token: "<<kometa-preview-secret-1>>"')
  let back = named.text
  for (const [name, value] of Object.entries(named.secrets)) {
    back = back.replace(`"<<${name}>>"`, () => JSON.stringify(value))
  }
  expect(plain(back)).toEqual(plain(config))
})

test('an edit around a mask keeps it: entries above, another order, new keys', () => {
  const { text } = maskConfig(config)
  const edited = text
    .replace('      - default: ratings\n', '      - default: resolution\n      - default: ratings\n')
    .replace('language: en', 'language: de')
  const restored = restore(edited)
  expect(restored.problems).toEqual([])
  expect(restored.text).toContain('https://user:hunter22@example.org/overlay.yml')
  const typed = restore(text.replace('token: ••••••••1', 'token: typed-anew-1'))
  expect(typed.problems).toEqual([])
  expect(typed.text).toContain('typed-anew-1')
})

test.each([
  ['in another place', (text: string) => text.replace('asset_directory: config/assets', 'asset_directory: ••••••••1')],
  ['in a key of the same name elsewhere', (text: string) => `${text}gotify:\n  url: http://x\n  token: ••••••••1\n`],
  [
    'beside another address of Plex',
    (text: string) => text.replace('http://192.168.1.10:32400', 'http://evil.example'),
  ],
  [
    'beside another address of a service',
    (text: string) => text.replace('http://10.0.0.2:7878', 'http://evil.example'),
  ],
  ['inside other text', (text: string) => text.replace('language: en', 'language: "x ••••••••1"')],
  ['with a number that was never given', (text: string) => text.replace('••••••••1 ', '••••••••99 ')],
  [
    'taken over by a library with an address of its own',
    (text: string) => text.replace('  Movies:\n', '  Movies:\n    plex: {url: "http://evil.example"}\n'),
  ],
  [
    'put under a library with an address of its own',
    (text: string) =>
      text.replace('  Movies:\n', '  Movies:\n    plex: {url: "http://evil.example", token: ••••••••1}\n'),
  ],
])('a mask %s is refused, and the secret is put back nowhere', (_, edit) => {
  const { text } = maskConfig(config)
  const edited = edit(text)
  expect(edited).not.toBe(text)
  const restored = restore(edited)
  expect(restored.problems.length).toBeGreaterThan(0)
  for (const secret of secrets) expect(restored.text).not.toContain(secret)
})

test.each([
  ['a missing quote', 'plex:\n  token: "RealPlexToken-4711\n  url: x\n'],
  ['a bad indent', 'plex:\n  token: RealPlexToken-4711\n url: x\n'],
  // YAML does not know this line separator: only the end of the line was masked, and not the text before it.
  ['a value below with a line separator in it', 'plex:\n  token: |\n    RealPlexToken-4711\u2028x\nx: [\n'],
  ['a value below with a carriage return in it', 'plex:\n  token: |\n    RealPlexToken-4711\rx\nx: [\n'],
  ['a value below', 'plex:\n  token: |\n    RealPlexToken-4711\nx: [\n'],
  ['a list', 'plex: [\n  {token: RealPlexToken-4711,\n'],
  ['inside a line, behind another key', 'omdb: {{language: en, apikey: RealPlexToken-4711, x: 1}\n'],
  ['inside a line, in quotes, twice', 'a: {{apikey: \'RealPlexToken-4711\', url: x, token: "RealPlexToken-4711"}\n'],
  ['inside a line, with odd characters', "omdb: {{apikey: '\"+&%', token: RealPlexToken-4711}\n"],
  ['a comment', '# apikey: RealPlexToken-4711\nx: [\n'],
  ['a long word', 'x: [\nsomething 0123456789abcdef0123456789abcdef\n'],
  ['a URL', 'x: [\ny: http://host/?X-Plex-Token=RealPlexToken-4711\n'],
])('a broken YAML hides its secrets too: %s', (_, text) => {
  const masked = maskConfig(text)
  expect(masked.text).not.toMatch(/RealPlexToken-4711|0123456789abcdef/)
  expect(masked.text.split('\n').length).toBe(text.split('\n').length)
})
