import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStudio, plexToken, type TestStudio } from './open-studio.ts'

const key = '0123456789abcdef0123456789abcdef'
let it: TestStudio

beforeAll(async () => {
  it = await openStudio({
    config: ({ url, token }) => `plex:
  url: ${url}
  token: ${token}
tmdb:
  apikey: ${key}
setings:
  cache: true
settings:
  cahce: true
  create_asset_folders: true
libraries:
  Movies:
    overlay_files:
      - file: config/mine.yml
      - file: config/missing.yml
      - file: config/spelt.yaml
      - url: https://example.org/overlay.yml
    operations:
      mass_genre_update: tmdb
  Shows:
    collection_files:
      - default: genre
  Nowhere:
    overlay_files:
      - default: resolution
webhooks:
  error: https://discord.com/api/webhooks/1/AbCdEf0123456789xyz
`,
  })
  await writeFile(join(it.dir, 'config', 'spelt.yml'), 'overlays: {x: {plex_all: true, overlay: {name: blur(1)}}}\n')
  await writeFile(join(it.dir, 'config', 'mine.yml'), 'overlays: {x: {overlay: {name: x, file: config/none.png}}}\n')
})
afterAll(async () => {
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
})

test('nothing is connected at first', async () => {
  expect(await it.get('getConnection')).toEqual({ connection: null, lastPath: null })
  const { status, body } = await it.call('resolveItems', { body: { text: '101' } })
  expect([status, body]).toMatchObject([409, { error: { code: 'NOT_CONNECTED' } }])
})

test('a config is shown with its problems by line, what can be previewed, and what is left out', async () => {
  const connection = await it.connect()
  const text = await readFile(it.configPath, 'utf8')
  const lineOf = (part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1

  expect(connection.usable).toBe(true)
  expect(connection.servers).toMatchObject([{ name: 'Sample Plex', tokenIsBarrier: true, problem: null }])
  const at = (part: string) => connection.problems.filter(({ line }) => line === lineOf(part))
  expect(at('setings:')).toMatchObject([{ severity: 'warning', path: 'setings', column: 1 }])
  expect(at('setings:')[0]?.message).toContain('did you mean "settings"')
  expect(connection.problems.filter(({ message }) => message.includes('did you mean "settings"'))).toHaveLength(1)
  expect(at('cahce:')[0]?.message).toContain('did you mean "cache"')
  expect(at('missing.yml')).toMatchObject([{ severity: 'error', endLine: lineOf('missing.yml') }])
  expect(at('mine.yml')[0]).toMatchObject({ severity: 'warning', path: 'libraries.Movies.overlay_files.0' })

  const libraries = Object.fromEntries(connection.libraries.map((library) => [library.mappingName, library]))
  expect(libraries.Movies).toMatchObject({ sectionId: '1', type: 'movie', problem: null })
  expect(libraries.Movies?.overlayFiles.map(({ state }) => state)).toEqual(['found', 'missing', 'found', 'fetched'])
  expect(libraries.Shows?.problem).toBe('It has no overlay files.')
  expect(libraries.Nowhere?.problem).toContain('has no library "Nowhere"')

  expect(connection.leftOut).toContainEqual({
    path: 'libraries.Movies.operations',
    why: 'left out: it is no part of an overlay run',
    line: lineOf('operations:'),
  })
  expect(connection.leftOut.map(({ path }) => path)).toEqual(expect.arrayContaining(['webhooks', 'setings']))
  expect(connection.leftOut.map(({ path }) => path)).toContain('plex.url and plex.token')
})

test('the reply holds no secret, and the path is remembered', async () => {
  const { text } = await it.call('getConnection')
  for (const secret of [plexToken, key, 'AbCdEf0123456789xyz']) expect(text).not.toContain(secret)
  expect((await it.get('getConnection')).lastPath).toBe(it.configPath)
  expect((await it.get('getState')).connectionId).not.toBeNull()
})

describe('an edit', () => {
  const current = async () => (await it.get('getConnection')).connection?.text ?? ''

  test('is checked as a job would read it, and no other server is asked', async () => {
    it.plex.clearJournal()
    const edited = (await current()).replace('config/missing.yml', 'config/mine.yml')
    const checked = await it.get('checkConfig', { body: { text: edited } })
    expect(checked.usable).toBe(true)
    const movies = checked.libraries.find(({ mappingName }) => mappingName === 'Movies')
    expect(movies?.overlayFiles.map(({ state }) => state)).toEqual(['found', 'found', 'found', 'fetched'])
    expect(it.plex.journal).toEqual([])
  })

  test('that is no YAML is refused with line and column', async () => {
    const checked = await it.get('checkConfig', { body: { text: 'plex:\n  url: "x\nlibraries: {}\n' } })
    expect(checked).toMatchObject({ usable: false, libraries: [] })
    expect(checked.problems[0]).toMatchObject({
      severity: 'error',
      line: expect.any(Number),
      column: expect.any(Number),
    })
  })

  test('that moves a hidden secret is refused, and the secret is shown nowhere', async () => {
    const text = (await current()).replace('cache: true', 'asset_directory: ••••••••1')
    const answer = await it.call('checkConfig', { body: { text } })
    expect(answer.body.usable).toBe(false)
    expect(answer.body.problems).toContainEqual(
      expect.objectContaining({ severity: 'error', path: 'setings.asset_directory' }),
    )
    expect(answer.text).not.toContain(plexToken)
    const stolen = (await current()).replace(it.plex.url, 'http://evil.example:32400')
    const refused = await it.get('checkConfig', { body: { text: stolen } })
    expect(refused.usable).toBe(false)
    expect(refused.problems[0]?.message).toContain('a hidden secret is not sent to a new address')
  })

  test('leaves no file behind, and the config as it is', async () => {
    const folder = join(it.dataDir, 'studio', 'configs')
    expect(await readdir(folder).catch(() => [])).toEqual([])
    expect(await readFile(it.configPath, 'utf8')).toContain(`token: ${plexToken}`)
  })
})

describe('a pasted config', () => {
  const pasted = () =>
    `plex: {url: "${it.plex.url}", token: ${plexToken}}\ntmdb: {apikey: ${key}}\nlibraries:\n  Movies:\n    overlay_files: [{default: resolution}]\n`

  test('works without a file of the user, and its secrets are in no file of ours', async () => {
    const connection = await it.get('connect', { body: { kind: 'text', name: '../../evil\u0000.yml', text: pasted() } })
    expect(connection).toMatchObject({ usable: true, source: { kind: 'text', name: 'evil.yml' } })
    for (const entry of await readdir(it.dataDir, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8')
      expect([entry.name, text.includes(plexToken)]).toEqual([entry.name, false])
    }
    expect((await stat(join(it.dataDir, 'studio', 'configs'))).mode & 0o077).toBe(0)
  })

  test('gets no secret of this machine', async () => {
    await using other = await openStudio({ env: { KOMETA_PLEX_TOKEN: plexToken, KOMETA_MYTOKEN: plexToken } })
    const text = (token: string) =>
      `plex: {url: "${other.plex.url}", token: ${token}}\nlibraries: {Movies: {overlay_files: [{default: resolution}]}}\n`
    for (const token of ['<<mytoken>>', 'ENV']) {
      other.plex.clearJournal()
      const connection = await other.get('connect', { body: { kind: 'text', text: text(token) } })
      expect([token, connection.usable, connection.problems[0]?.severity]).toEqual([token, false, 'error'])
      expect(other.plex.journal).toEqual([])
    }
    await writeFile(other.configPath, text('<<mytoken>>'))
    const own = await other.get('connect', { body: { kind: 'path', path: other.configPath } })
    expect(own.usable).toBe(true)
  })

  test.each([
    ['broken', 'plex:\n  token: "abc\n'],
    ['empty', ''],
    ['no config', 'hello'],
    [
      'many aliases',
      `a: &a [1,2,3,4,5,6,7,8,9]\n${'bcdefgh'
        .split('')
        .map((n, i) => `${n}: &${n} [${`*${'abcdefg'[i]},`.repeat(9)}]`)
        .join('\n')}`,
    ],
    ['deep', '['.repeat(5_000)],
    ['a prototype', '__proto__: {polluted: true}\nlibraries: {constructor: {}}\n'],
  ])('that is %s is answered with what is wrong', async (_, text) => {
    const answer = await it.call('connect', { body: { kind: 'text', text } })
    expect(answer.status).toBe(200)
    expect(answer.body.usable).toBe(false)
    expect(answer.body.problems.length).toBeGreaterThan(0)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

test('the backup of a clean original is found', async () => {
  const folder = join(it.dir, 'config', 'overlays', 'Movies Original Posters')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '102.png'), 'x')
  await it.connect()
  const { items } = await it.get('listItems', { query: { hasBackup: true } })
  expect(items.map(({ ratingKey }) => ratingKey)).toEqual(['102'])
})

test('the editor gets the keys that Kometa reads', async () => {
  const { keys } = await it.get('configKeys')
  expect(keys).toContainEqual({ in: '', key: 'webhooks', preview: 'left out', why: 'a preview sends no messages' })
  expect(keys).toContainEqual({ in: 'libraries.*', key: 'overlay_files', preview: 'changed', why: null })
})

test("Kometa's state says what is wrong and how to mend it", async () => {
  const { AppError } = await import('../../src/contract/errors.ts')
  const problem = new AppError('KOMETA_REQUIREMENTS', 'missing plexapi', { hint: 'pip install it' })
  await using broken = await openStudio({ makeRenderer: () => Promise.reject(problem) })
  expect(await broken.get('checkKometa')).toMatchObject({
    state: 'problem',
    problem: { code: 'KOMETA_REQUIREMENTS', message: 'missing plexapi', hint: 'pip install it' },
  })
  expect(await it.get('getKometa')).toMatchObject({ state: 'ready', renderer: 'sample', problem: null })
})
