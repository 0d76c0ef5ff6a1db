import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writeJobFile } from '../../../src/config/read/job-file.ts'
import type { LoadOptions } from '../../../src/config/read/load-options.ts'
import { loadJobConfig } from '../../../src/config/read/user-config.ts'
import { get } from '../../../src/config/yaml/yaml-value.ts'
import type { AppError } from '../../../src/contract/errors.ts'
import { openBeneath } from '../../../src/util/beneath/beneath.ts'

const fixtures = fileURLToPath(new URL('../../fixtures/config', import.meta.url))
const options: LoadOptions = { env: {} }
const matrix = {
  id: 'matrix',
  type: 'movie',
  title: 'The Matrix (1999)',
  ratingKey: '12345',
  input: '/jobs/input/matrix.jpg',
  output: '/jobs/output/matrix_after.png',
}

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'job-config-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function put(path: string, text: string): Promise<string> {
  const full = join(dir, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, text)
  return full
}

/** Loads a config.yml of this text. */
async function load(text: string, more: Partial<LoadOptions> = {}) {
  return loadJobConfig({ kind: 'config', configPath: await put('config/config.yml', text) }, { ...options, ...more })
}

const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: AppError) => `${error.code}: ${error.message}`,
  )

const plex = 'plex: {url: "http://10.0.0.5:32400/", token: kCANARYtoken}\n'
const movies = 'libraries: {Movies: {overlay_files: [{default: resolution}]}}\n'

describe('the two samples', () => {
  test('a preview.yml that is a whole config', async () => {
    const config = await loadJobConfig({ kind: 'job', jobDir: join(fixtures, 'matrix') }, options)
    expect(config.preview.targets).toEqual([matrix])
    expect(config.servers).toEqual([{ url: 'http://192.168.1.100:32400', token: 'xxx', verifySsl: true }])
    expect(config.libraries).toMatchObject([
      {
        mappingName: 'Movies',
        libraryName: 'Movies',
        serverIndex: 0,
        overlayFiles: [{ form: 'default', value: 'resolution' }],
      },
    ])
    expect(config.configDir).toBe(join(fixtures, 'matrix', 'config'))
    expect(config.kometaCwd).toBe(join(fixtures, 'matrix'))
    expect(config.warnings).toEqual(['tmdb.apikey is missing: Kometa does not start without it'])
  })

  test('a preview.yml without libraries, with a config.yml beside it: its plex section takes precedence', async () => {
    const config = await loadJobConfig({ kind: 'job', jobDir: join(fixtures, 'matrix-beside') }, options)
    expect(config.preview.targets).toEqual([matrix])
    expect(config.servers).toMatchObject([{ url: 'http://192.168.1.100:32400', token: 'xxx' }])
    expect(config.libraries.map(({ mappingName }) => mappingName)).toEqual(['Movies'])
    expect(get(config.document, 'tmdb', 'apikey')).toBe('0123456789abcdef0123456789abcdef')
    expect(config.warnings).toEqual([])
    expect(config.secretsForRedaction).toEqual(['xxx', '0123456789abcdef0123456789abcdef'])
  })
})

describe('files and folders', () => {
  test('preview.config and kometa_config_dir are relative to preview.yml; DIR/preview.yml is found too', async () => {
    await put('kometa/config/config.yml', plex + movies)
    await put('kometa/config/UUID', '\n 0f1e2d3c-aaaa-bbbb-cccc-1234567890ab \n')
    await put(
      'job/preview.yml',
      'preview: {config: ../kometa/config/config.yml, kometa_config_dir: ../kometa/config, targets: [{id: 1917, title: 1917, ratingKey: 7, library: 2024}]}\n',
    )
    const config = await loadJobConfig({ kind: 'job', jobDir: join(dir, 'job') }, options)
    expect(config.preview.targets).toEqual([{ id: '1917', title: '1917', ratingKey: '7', library: '2024' }])
    expect(config.kometaCwd).toBe(join(dir, 'kometa'))
    expect(config.kometaConfigDir).toBe(join(dir, 'kometa', 'config'))
    expect(config.servers[0]?.clientIdentifier).toBe('0f1e2d3c-aaaa-bbbb-cccc-1234567890ab')
    expect(config.sourceFiles).toEqual([join(dir, 'kometa/config/config.yml'), join(dir, 'job/preview.yml')])
  })

  test('a config may be named by ~, or by the folder that it is in', async () => {
    const path = await put('kometa/config/config.yml', plex + movies)
    const env = { HOME: dir }
    for (const named of [path, '~/kometa/config/config.yml', '~/kometa/config', '~/kometa', join(dir, 'kometa')]) {
      const config = await loadJobConfig({ kind: 'config', configPath: named }, { env })
      expect([named, config.configPath]).toEqual([named, path])
    }
    await put('empty/readme.txt', '')
    await expect(loadJobConfig({ kind: 'config', configPath: '~/empty' }, { env })).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: `${join(dir, 'empty')} is a folder, and there is no config.yml in it`,
    })
  })

  test("the working directory is the config's folder where that is not named config; options take precedence", async () => {
    const configPath = await put('elsewhere/my.yml', plex + movies)
    const byDefault = await loadJobConfig({ kind: 'config', configPath }, options)
    expect(byDefault.kometaCwd).toBe(join(dir, 'elsewhere'))
    const chosen = await loadJobConfig(
      { kind: 'config', configPath },
      { ...options, kometaCwd: dir, kometaConfigDir: dir },
    )
    expect([chosen.kometaCwd, chosen.kometaConfigDir]).toEqual([dir, dir])
  })

  test('a job of run --config runs again with run --job, and holds no secret', async () => {
    const config = await load(`${plex}${movies}tmdb: {apikey: kCANARYtmdb}\n`)
    const jobDir = join(dir, 'job')
    await mkdir(jobDir)
    const path = await writeJobFile(openBeneath(jobDir), config, [matrix as never])
    const again = await loadJobConfig({ kind: 'job', jobDir }, options)
    expect(again.preview.targets).toEqual([matrix])
    expect([again.servers, again.kometaCwd, again.configDir, again.configPath]).toEqual([
      config.servers,
      config.kometaCwd,
      config.configDir,
      config.configPath,
    ])
    const { readFile } = await import('node:fs/promises')
    expect(await readFile(path, 'utf8')).not.toMatch(/CANARY|10\.0\.0\.5/)
    await writeJobFile(openBeneath(jobDir), config, [])
    await writeFile(path, 'preview: {}\n')
    expect(await failure(writeJobFile(openBeneath(jobDir), config, []))).toMatch(
      /^BAD_USAGE: .* was not written by Kometa Preview and is not overwritten/,
    )
  })
})

describe('libraries and servers', () => {
  test('each distinct url and token is a server; names, old spellings and order as Kometa reads them', async () => {
    const config = await loadJobConfig({ kind: 'config', configPath: join(fixtures, 'everything.yml') }, options)
    expect(config.servers).toEqual([
      { url: 'http://192.168.1.12:32400', token: 'kCANARYplexToken0001', verifySsl: false },
      { url: 'http://10.1.1.1:32400', token: 'kCANARYplexToken0002', verifySsl: false },
    ])
    expect(
      config.libraries.map((each) => [
        each.mappingName,
        each.libraryName,
        each.serverIndex,
        each.removeOverlays,
        each.earlierOnSameLibrary,
      ]),
    ).toEqual([
      ['Movies', 'Movies', 0, false, []],
      ['Films 4K', 'Movies', 0, false, ['Movies']],
      ['TV | Shows', 'TV | Shows', 1, false, []],
      ['2024', '2024', 0, true, []],
      ['Music', 'Music', 0, false, []],
    ])
    expect(config.libraries[0]?.overlayFiles.map(({ form, value }) => `${form} ${value}`)).toEqual([
      'default resolution',
      'default audio_codec',
      'file config/my.yml',
      'folder config/overlays/',
      'url https://example.org/o.yml',
      'default overlays/ribbon',
      'git someone/overlay',
      'repo mine',
      'path config/bare.yml',
    ])
    expect(config.libraries[1]?.overlayFiles).toMatchObject([{ form: 'default', value: 'ribbon' }])
    expect(get(config.document, 'settings', 'asset_directory')).toBe('config/old-assets')
    expect(config.secretsForRedaction.filter((secret) => secret.startsWith('kCANARY')).length).toBeGreaterThanOrEqual(
      20,
    )
  })

  test('one server under two spellings of its address; a pinned fingerprint', async () => {
    const text = `${plex}libraries:\n  A: {overlay_files: [{default: a}]}\n  B: {plex: {url: HTTP://10.0.0.5:32400}, overlay_files: [{default: a}]}\n`
    expect((await load(text)).servers).toHaveLength(1)
    await put(
      'job/preview.yml',
      `${text}preview: {targets: [], plex_fingerprint: {"http://10.0.0.5:32400/": "AB:CD"}}\n`,
    )
    const config = await loadJobConfig({ kind: 'job', jobDir: join(dir, 'job') }, options)
    expect(config.servers).toMatchObject([{ fingerprint: 'AB:CD' }])
  })

  test('ENV and <<names>> come from the environment, the .env of Kometa and --secret', async () => {
    const kometaDir = join(dir, 'kometa')
    await put('kometa/config/.env', 'KOMETA_PLEX_TOKEN=kCANARYfromDotenv\nKOMETA_TMDB="kCANARYtmdb"\n')
    const text = `plex: {url: env, token: ENV}\ntmdb: {apikey: <<TMDB>>}\nomdb: {apikey: <<om-db>>}\n${movies}`
    const config = await load(text, {
      kometaDir,
      env: { KOMETA_PLEX_URL: 'http://10.9.9.9:1' },
      secrets: { om_db: 'kCANARYomdb' },
    })
    expect(config.servers).toMatchObject([{ url: 'http://10.9.9.9:1', token: 'kCANARYfromDotenv' }])
    expect([get(config.document, 'tmdb', 'apikey'), get(config.document, 'omdb', 'apikey')]).toEqual([
      'kCANARYtmdb',
      'kCANARYomdb',
    ])
  })
})

describe('bad input is one clear line', () => {
  test.each([
    ['not a map', '- a\n', 'CONFIG_INVALID: DIR is not a Kometa config'],
    ['empty', '', 'CONFIG_INVALID: DIR is empty'],
    [
      'no plex section',
      movies,
      'CONFIG_NO_PLEX: DIR has no plex section with a url and a token: plex.url is missing; plex.token is missing; tmdb.apikey is missing',
    ],
    [
      'no token',
      `plex: {url: "http://a:1"}\n${movies}`,
      'CONFIG_NO_PLEX: DIR has no plex section with a url and a token: plex.token is missing; tmdb.apikey is missing',
    ],
    ['no libraries', plex, 'CONFIG_NO_OVERLAYS: DIR has no libraries'],
    [
      'no overlays',
      `${plex}libraries: {A: {collection_files: [{default: basic}]}, B: }\n`,
      'CONFIG_NO_OVERLAYS: No library of DIR has overlay_files',
    ],
    [
      'a token with a line break, which would end its header',
      'plex: {url: "http://h:1", token: "abc\\r\\nX-Evil: 1"}\nlibraries: {Movies: {overlay_files: [{default: x}]}}\n',
      'CONFIG_INVALID: plex.token of the library "Movies" contains blanks, line breaks or characters that no token has',
    ],
    [
      'an address that is none',
      `plex: {url: "kCANARY.example", token: t}\n${movies}`,
      'CONFIG_INVALID: plex.url of the library "Movies" is not an address such as http://192.168.1.10:32400',
    ],
    [
      'an address with a token',
      `plex: {url: "http://a:1/?X-Plex-Token=kCANARY", token: t}\n${movies}`,
      'CONFIG_INVALID: plex.url of the library "Movies" is not an address such as http://192.168.1.10:32400',
    ],
    [
      'ENV without a variable',
      `plex: {url: ENV, token: t}\n${movies}`,
      'SECRET_UNRESOLVED: plex.url is ENV, but KOMETA_PLEX_URL is not set',
    ],
    [
      'an unknown secret of plex',
      `plex: {url: "http://a:1", token: <<plex-token>>}\n${movies}`,
      'SECRET_UNRESOLVED: There is no value for <<plex-token>> in plex.token',
    ],
    [
      'an unknown secret of a kept section',
      `${plex}${movies}omdb: {apikey: <<OMDB>>}\n`,
      'SECRET_UNRESOLVED: There is no value for <<OMDB>> in omdb.apikey',
    ],
    [
      'definitions in a library',
      `${plex}libraries: {A: {overlays: {x: 1}}}\n`,
      'CONFIG_INVALID: DIR: the library "A" contains "overlays" definitions, and Kometa refuses a config with them',
    ],
  ])('%s', async (_what, text, expected) => {
    const message = await failure(load(text))
    expect(message.replace(join(dir, 'config/config.yml'), 'DIR')).toBe(expected)
    expect(message).not.toMatch(/CANARY|\n/)
  })

  test('an unknown secret of a section that is left out, or of a library without a target, is no error', async () => {
    const config = await load(
      `${plex}libraries: {Movies: {overlay_files: [{file: "<<x>>/a.yml"}], operations: {a: <<z>>}}}\nnotifiarr: {apikey: <<y>>}\n`,
    )
    expect(config.warnings).toContain('There is no value for <<y>> in notifiarr.apikey')
    expect(config.libraries[0]?.unresolvedSecrets).toEqual(['<<x>> in libraries.Movies.overlay_files.0.file'])
  })

  test.each([
    ['', 'CONFIG_INVALID: preview.yml has no "preview" section'],
    ['preview: {}', 'CONFIG_INVALID: preview.yml: preview.targets: '],
    ['preview: {mode: write, targets: []}', 'CONFIG_INVALID: preview.yml: preview.mode: '],
    ['preview: {targets: [{id: ../kCANARY}]}', 'TARGET_ID_INVALID: preview.yml: preview.targets[0].id: '],
    [
      'preview: {targets: [{id: a, ratingKey: kCANARY}]}',
      'CONFIG_INVALID: preview.yml: preview.targets[0].ratingKey: ',
    ],
    ['preview: {targets: [{id: a}, {id: A}]}', 'TARGET_ID_DUPLICATE: preview.yml: two targets have the id "A"'],
  ])('preview.yml: %j', async (section, expected) => {
    await put('job/config/preview.yml', `${plex}${movies}${section}\n`)
    const message = await failure(loadJobConfig({ kind: 'job', jobDir: join(dir, 'job') }, options))
    expect(message.startsWith(expected), message).toBe(true)
    expect(message).not.toMatch(/CANARY|\n/)
  })

  test('options that name missing folders', async () => {
    expect(await failure(load(plex + movies, { kometaCwd: join(dir, 'no') }))).toMatch(
      /^BAD_USAGE: --kometa-cwd: there is no folder /,
    )
    expect(await failure(load(plex + movies, { kometaConfigDir: join(dir, 'no') }))).toMatch(
      /^BAD_USAGE: --kometa-config-dir: /,
    )
  })

  test('no job, no config beside a preview.yml without libraries', async () => {
    expect(await failure(loadJobConfig({ kind: 'job', jobDir: dir }, options))).toMatch(/^JOB_NOT_FOUND: /)
    await put('preview.yml', `${plex}preview: {targets: []}\n`)
    expect(await failure(loadJobConfig({ kind: 'job', jobDir: dir }, options))).toMatch(
      /^CONFIG_INVALID: .*there is no config\.yml beside it$/,
    )
  })
})
