import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkLibraries } from '../../../../src/config/overlays/overlay-check.ts'
import { loadJobConfig } from '../../../../src/config/read/user-config.ts'
import type { AppError } from '../../../../src/contract/errors.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'config-causes-'))
  await mkdir(join(dir, 'config'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const plex = 'plex: {url: "http://a:1", token: kSECRET}\ntmdb: {apikey: k}\n'

/** The warnings about a config.yml with this text, or the error. */
async function saidOf(text: string): Promise<string[]> {
  const configPath = join(dir, 'config', 'config.yml')
  await writeFile(configPath, text)
  const said = await loadJobConfig({ kind: 'config', configPath }, { env: {} }).then(
    ({ warnings }) => [...warnings],
    (error: AppError) => [`${error.code}: ${error.message}`],
  )
  return said.map((line) => line.replaceAll(configPath, 'FILE'))
}

/** Below \`libraries:\`, from line 4. */
const below = (lines: string) => saidOf(`${plex}libraries:\n${lines}`)
const none = 'CONFIG_NO_OVERLAYS: No library of FILE has overlay_files: '

test.each([
  [
    'a dash without a blank',
    '  Movies:\n    overlay_files:\n    -default: resolution\n',
    `${none}FILE, line 6: "-default" is a key to YAML, since no blank follows its dash; write "- default:"`,
  ],
  [
    'the same before a path',
    '  Movies:\n    overlay_files:\n      -config/o.yml\n  Good: {overlay_files: [{default: x}]}\n',
    'FILE, line 5: a blank is missing between the dash and what follows it; without it this is not a list',
  ],
  [
    'overlay files without their key',
    '  Movies:\n    - default: resolution\n',
    `${none}FILE, line 4: there is a list below the library "Movies", where Kometa wants keys: put "overlay_files:" above it`,
  ],
  [
    'keys with dashes',
    '  Movies:\n    - library_name: x\n    - overlay_files:\n      - default: resolution\n',
    `${none}FILE, line 4: there is a list below the library "Movies", where Kometa wants keys: remove its dashes`,
  ],
  [
    'a list of libraries',
    '  - Movies:\n      overlay_files: [{default: resolution}]\n',
    'CONFIG_NO_OVERLAYS: FILE has no libraries: FILE, line 3: there is a list below "libraries", where Kometa wants names: remove its dashes',
  ],
  [
    'a text for a library',
    '  Movies: resolution\n',
    `${none}FILE, line 4: the library "Movies" has a value, where Kometa wants keys such as "overlay_files:" below it`,
  ],
  [
    'a key beside its library',
    '  Movies:\n  overlay_files:\n  - default: resolution\n',
    `${none}FILE, line 5: "overlay_files" is beside the libraries and belongs below one: indent it further`,
  ],
  [
    'a misspelt key',
    '  Movies:\n    overlay_file:\n    - default: resolution\n',
    `${none}FILE, line 5: Kometa does not know "overlay_file" here; did you mean "overlay_files"?`,
  ],
  [
    'one in other letters',
    '  Movies:\n    Overlay_Files:\n    - default: resolution\n',
    `${none}FILE, line 5: Kometa does not know "Overlay_Files" here; did you mean "overlay_files"?`,
  ],
  [
    'a misspelt key of an overlay file, beside a good one',
    '  Movies:\n    overlay_files:\n    - defualt: resolution\n    - default: resolution\n',
    'FILE, line 6: Kometa does not know "defualt" here; did you mean "default"?',
  ],
  [
    'a colour that is a comment',
    '  Movies:\n    overlay_files:\n    - default: x\n      template_variables:\n        back_color: #00000099\n        font_color: # none\n',
    `FILE, line 8: back_color is empty, since its unquoted "#" begins a comment: write '#00000099' in quotes`,
  ],
])('%s', async (_name, lines, words) => {
  expect(await below(lines)).toEqual([words])
})

test('all causes are named, in the order of the lines', async () => {
  const [said] = await below('  Movies:\n    overlay_file:\n    - default: x\n  Shows:\n    - default: y\n')
  expect(said).toMatch(/^CONFIG_NO_OVERLAYS: .*line 5: .*"overlay_files"\?; FILE, line 7: there is a list below/)
})

const movies = 'libraries: {Movies: {overlay_files: [{default: resolution}]}}\n'
test.each([
  ['an empty token', 'plex:\n  url: http://a:1\n  token:\ntmdb: {apikey: k}\n', 'plex.token is empty (line 4 of FILE)'],
  [
    'an empty token, no TMDb',
    'plex:\n  url: http://a:1\n  token: ""\n',
    'plex.token is empty (line 4 of FILE); tmdb.apikey is missing',
  ],
  [
    'no url',
    'plex: {token: kSECRET}\ntmdb:\n  apikey:\n',
    'plex.url is missing; tmdb.apikey is empty (line 4 of FILE)',
  ],
  ['nothing', '', 'plex.url is missing; plex.token is missing; tmdb.apikey is missing'],
])('%s: the missing keys are named', async (_name, lines, words) => {
  expect(await saidOf(movies + lines)).toEqual([
    `CONFIG_NO_PLEX: FILE has no plex section with a url and a token: ${words}`,
  ])
})

test('a key beside plex and tmdb that belongs below one of them', async () => {
  expect(await saidOf(`${movies}plex:\n  url: http://a:1\ntoken: kSECRET\ntmdb: {apikey: k}\n`)).toEqual([
    'CONFIG_NO_PLEX: FILE has no plex section with a url and a token: plex.token is missing; FILE, line 4: "token" is at the top level and belongs below "plex": indent it',
  ])
})

test('a library without a token is skipped, with the key named; keys of other programs are not reported', async () => {
  const text =
    'libraries:\n  Movies: {plex: {url: "http://a:1", token: t}, overlay_files: [{default: x}]}\n  Shows:\nx-anchors: {a: 1}\ntmdb: {apikey: k}\n'
  expect(await saidOf(text)).toEqual([
    'The library "Shows": plex.url is missing, plex.token is missing: Kometa skips it',
  ])
})

test('an overlay file: colours, dashes and a misspelt "overlays", each with its line', async () => {
  const good = 'overlays:\n  a:\n    plex_all: true\n    overlay:\n      name: text(A)\n'
  await writeFile(join(dir, 'config', 'colour.yml'), `${good}      font_color: #FFFFFF\n      back_color: '#000000'\n`)
  await writeFile(join(dir, 'config', 'dash.yml'), `${good}    -plex_all: true\n`)
  await writeFile(join(dir, 'config', 'word.yml'), good.replace('overlays', 'overlay'))
  const configPath = join(dir, 'config', 'config.yml')
  const files = ['colour', 'dash', 'word'].map((name) => `{file: config/${name}.yml}`).join(', ')
  await writeFile(configPath, `${plex}libraries: {Movies: {overlay_files: [${files}]}}\n`)
  const config = await loadJobConfig({ kind: 'config', configPath }, { env: {} })
  expect(await checkLibraries(config, { libraries: ['Movies'], env: {} })).toEqual([
    `"Movies": file: config/colour.yml: line 6: font_color is empty, since its unquoted "#" begins a comment: write '#FFFFFF' in quotes`,
    '"Movies": file: config/dash.yml: line 6: "-plex_all" is a key to YAML, since no blank follows its dash; write "- plex_all:"',
    '"Movies": file: config/word.yml: it has no "overlays", but "overlay" in line 1',
  ])
})
