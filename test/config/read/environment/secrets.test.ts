import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDotenv } from '../../../../src/config/read/environment/dotenv.ts'
import { findSecrets, secretsAmong } from '../../../../src/config/read/environment/redaction-secrets.ts'
import { collectSecrets, substituteSecrets } from '../../../../src/config/read/environment/secrets.ts'
import { parseYaml } from '../../../../src/config/yaml/yaml-read.ts'
import { toPlain } from '../../../../src/config/yaml/yaml-value.ts'
import { kometaPython, runPython } from '../../python.ts'

describe('secrets are found as Kometa finds them', () => {
  test('the environment takes precedence over the command line; options of Kometa and blank variables are no secrets', () => {
    const secrets = collectSecrets(
      { My_Key: 'given', other: 'given too' },
      {
        KOMETA_MY_KEY: 'from env',
        PMM_OLD: 'old',
        KOMETA_CONFIG: '/x',
        KOMETA_RUN: 'true',
        KOMETA_BLANK: ' ',
        HOME: '/',
      },
    )
    expect([...secrets.values]).toEqual([
      ['my-key', 'from env'],
      ['other', 'given too'],
      ['old', 'old'],
    ])
  })

  test('ENV: KOMETA_ before PMM_ before --secret plex-url; a blank one does not count', () => {
    const url = (env: NodeJS.ProcessEnv) => collectSecrets({ 'plex-url': 'given' }, env).plexUrl
    expect(url({ KOMETA_PLEX_URL: 'k', PMM_PLEX_URL: 'p' })).toBe('k')
    expect(url({ KOMETA_PLEX_URL: '', PMM_PLEX_URL: 'p' })).toBe('p')
    expect(url({})).toBe('given')
  })
})

describe('secrets are filled in as Kometa does', () => {
  const put = (text: string, secrets: Record<string, string>) => {
    const result = substituteSecrets(parseYaml(text, 'x'), collectSecrets(secrets, {}).values)
    return {
      value: toPlain(result.value),
      unresolved: result.unresolved.map(({ name, path }) => `${name} ${path.join('.')}`),
    }
  }

  test('both spellings, one secret per value, every occurrence of it', () => {
    const { value, unresolved } = put(
      'a: <<my-key>>\nb: <<MY_KEY>>\nc: <<my_key>>\nd: "x <<my-key>> <<other>> <<my-key>>"\ne: [<<other>>]\n',
      { 'my-key': '1$&', other: '2' },
    )
    expect(value).toEqual({ a: '1$&', b: '1$&', c: null, d: 'x 1$& <<other>> 1$&', e: ['2'] })
    expect(unresolved).toEqual(['my_key c', 'other d'])
  })

  test('not inside template_variables; an unknown whole value becomes null, a part stays', () => {
    const { value, unresolved } = put('lib: {template_variables: {a: <<k>>}, b: <<u>>, c: http://<<u>>/}\n', { k: 'v' })
    expect(value).toEqual({ lib: { template_variables: { a: '<<k>>' }, b: null, c: 'http://<<u>>/' } })
    expect(unresolved).toEqual(['u lib.b', 'u lib.c'])
  })
})

const dotenvCases = [
  'A=1\nB = two words # comment\nexport C="x\\ny"\nD=\'it\\\'s\'\nE\nF=\n#G=1\nH="a # b"\nI=a#b\n',
  'A=\x24{HOME_X:-fallback}/x\nB=\x24{A}\x24{NONE}\nTAKEN=new\nC=\x24{TAKEN}\n',
  'BAD "quoted\nOK=1\n=x\nA="unfinished\nB=2\r\nC=3\rD=4',
  "'key'=v\n  INDENTED=1\nX=\"a\" trailing\nY='b' # c\n",
]

test('.env: python-dotenv in short', () => {
  expect(Object.fromEntries(parseDotenv(dotenvCases[0] ?? '', {}))).toEqual({
    A: '1',
    B: 'two words',
    C: 'x\ny',
    D: "it's",
    F: '',
    H: 'a # b',
    I: 'a#b',
  })
  expect(Object.fromEntries(parseDotenv(dotenvCases[1] ?? '', { TAKEN: 'env' }))).toEqual({
    A: 'fallback/x',
    B: 'fallback/x',
    C: 'env',
  })
})

test.skipIf(!kometaPython)("it is python-dotenv's result (needs KOMETA_PYTHON)", () => {
  const parts = fc.constantFrom(
    'A',
    'B',
    '=',
    '"',
    "'",
    '\n',
    ' ',
    '#',
    '\\',
    '\\n',
    'export ',
    '\x24{A}',
    '\x24{X:-y}',
    '\x24{',
    ':',
    ':-',
    '}',
    'v',
    '\r',
    '\r\n',
    '\t',
  )
  const texts = [
    ...dotenvCases,
    ...fc.sample(
      fc.array(parts, { maxLength: 14 }).map((all) => all.join('')),
      3_000,
    ),
  ]
  const program = `
import sys, json, io, os
from dotenv.main import DotEnv
for k in list(os.environ): del os.environ[k]
os.environ["TAKEN"] = "env"
out = []
for t in json.load(sys.stdin):
    d = DotEnv(None, stream=io.StringIO(t, newline=""), verbose=False, interpolate=True, override=False).dict()
    out.append({k: v for k, v in d.items() if v is not None and k not in os.environ})
print(json.dumps(out))`
  expect(texts.map((text) => Object.fromEntries(parseDotenv(text, { TAKEN: 'env' })))).toEqual(
    runPython(program, texts),
  )
})

test('values that a log must not show', () => {
  const found = findSecrets(
    parseYaml(
      `plex: {url: http://192.168.1.5:32400, token: plexToken1}
tmdb: {apikey: tmdbKey, language: en}
trakt: {client_id: cid12345, client_secret: cs, pin: 99887766, authorization: {access_token: at12345, scope: public, expires_in: 7889237, refresh_token: rt12345, created_at: 1}}
mal: {localhost_url: "http://localhost/?code=malCode1"}
libraries: {M: {plex: {token: plexToken2}, overlay_files: [{url: "https://u:urlPass1@host/o.yml?api_key=urlKey1", template_variables: {x_token: variable1}}]}}
simkl: {user_token: simkl1}
ntfy: {token: null, password: [listed1]}
`,
      'x',
    ),
  )
  expect(found.sort()).toEqual(
    [
      'plexToken1',
      'tmdbKey',
      'cid12345',
      'cs',
      '99887766',
      'at12345',
      'rt12345',
      'http://localhost/?code=malCode1',
      'malCode1',
      'plexToken2',
      'urlPass1',
      'urlKey1',
      'variable1',
      'simkl1',
      'listed1',
    ].sort(),
  )
})

test('secrets anywhere in an address, as written and decoded', () => {
  const found = findSecrets(
    parseYaml(
      `libraries:
  M:
    overlay_files:
      - {file: "https://me:p%40ss-word@host/o.yml?apikey=k%2Fey-one&size=5"}
      - {url: "https://ghp_0123456789abcdef@host/o.yml?sig=signed-one#access_token=after-hash"}
    template_variables:
      two: "first https://a:inner-one@h/ then https://b:inner-two@h/?auth=inner-three"
      folded: >-
        see
        https://c:folded-one@h/x
      plain: "http://192.168.1.5:32400/library?type=1"
anchors: &shared {note: "https://d:anchored-one@h/"}
again: *shared
`,
      'x',
    ),
  )
  expect(found.sort()).toEqual(
    [
      ...['p%40ss-word', 'p@ss-word', 'k%2Fey-one', 'k/ey-one', 'ghp_0123456789abcdef', 'signed-one', 'after-hash'],
      ...['inner-one', 'inner-two', 'inner-three', 'folded-one', 'anchored-one'],
    ].sort(),
  )
})

test('a value filled in for <<name>> counts as a secret, unless it reads like a path, an address or a word', () => {
  const values = [
    'abc12345',
    'averylongwordwithoutdigits',
    '/config/assets',
    './x12345678',
    'http://10.0.0.5:8181',
    'true',
  ]
  const words = ['Movies', 'TV Shows 4K 2024', 'english', 'C:\\assets\\one1']
  expect(secretsAmong([...values, ...words])).toEqual(['abc12345', 'averylongwordwithoutdigits'])
})
