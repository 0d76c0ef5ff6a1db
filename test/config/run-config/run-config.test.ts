import { opendirSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type JobConfig, loadJobConfig } from '../../../src/config/read/user-config.ts'
import { makeRunConfig, type RunConfigOptions } from '../../../src/config/run-config/run-config.ts'
import { parseYaml } from '../../../src/config/yaml/yaml-read.ts'
import { get, toPlain, type YamlKey, type YamlValue } from '../../../src/config/yaml/yaml-value.ts'
import { writeYaml } from '../../../src/config/yaml/yaml-write.ts'
import { AppError } from '../../../src/contract/errors.ts'
import { kometaPython, runPython } from '../python.ts'

const everything = fileURLToPath(new URL('../../fixtures/config/everything.yml', import.meta.url))
const proxies = [
  { url: 'http://127.0.0.1:32500', token: 'proxyTokenA' },
  { url: 'http://127.0.0.1:32501', token: 'proxyTokenB' },
  { url: 'http://127.0.0.1:32502', token: 'proxyTokenC' },
  { url: 'http://127.0.0.1:32503', token: 'proxyTokenD' },
]

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'run-config-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function load(text: string): Promise<JobConfig> {
  const configPath = join(dir, 'config.yml')
  await writeFile(configPath, text)
  return loadJobConfig({ kind: 'config', configPath }, { env: {} })
}

const make = (config: JobConfig, libraries: string[], more: Partial<RunConfigOptions> = {}) => {
  const result = makeRunConfig(config, { libraries, proxies, ...more })
  return { ...result, value: parseYaml(result.text, 'kometa_run.yml') }
}

describe('the run config of a config with everything in it', () => {
  let config: JobConfig
  beforeAll(async () => {
    config = await loadJobConfig({ kind: 'config', configPath: everything }, { env: {} })
  })

  test('it has only the keys that are kept, and only libraries with a target', () => {
    const { value } = make(config, ['Movies', 'TV | Shows'])
    const plain = toPlain(value) as Record<string, Record<string, unknown>>
    expect(Object.keys(plain).sort()).toEqual([
      'anidb',
      'github',
      'libraries',
      'mal',
      'mdblist',
      'omdb',
      'plex',
      'radarr',
      'settings',
      'sonarr',
      'tautulli',
      'tmdb',
      'trakt',
    ])
    expect(plain.plex).toEqual({
      url: proxies[0]?.url,
      token: 'proxyTokenA',
      timeout: 60,
      clean_bundles: false,
      empty_trash: false,
      optimize: false,
    })
    expect(plain.libraries).toEqual({
      Movies: {
        remove_overlays: false,
        template_variables: { sep_style: 'gray', keep: '<<not-a-secret>>' },
        settings: {
          asset_directory: 'config/assets/Movies/',
          dimensional_asset_rename: false,
          overlay_artwork_filetype: 'png',
          run_order: ['operations', 'metadata', 'collections', 'overlays'],
        },
        radarr: { add_missing: false, root_folder_path: '/movies' },
        overlay_files: [
          {
            default: 'resolution',
            template_variables: {
              use_edition: false,
              back_color: '#00000099',
              offset: '015',
              when: '2024-01-01',
              size: '1.0',
              none: null,
              empty: '',
            },
          },
          { pmm: 'audio_codec' },
          { file: 'config/my.yml' },
          { folder: 'config/overlays/' },
          { url: 'https://example.org/o.yml' },
          { git: 'PMM/overlays/ribbon' },
          { git: 'someone/overlay' },
          { repo: 'mine' },
          'config/bare.yml',
        ],
      },
      'TV | Shows': {
        plex: {
          url: proxies[1]?.url,
          token: 'proxyTokenB',
          timeout: 120,
          clean_bundles: false,
          empty_trash: false,
          optimize: false,
        },
        reapply_overlays: true,
        reset_overlays: 'plex',
        overlay_files: [{ default: 'episode_info' }],
      },
    })
    expect(plain.settings).toEqual({
      cache: true,
      cache_expiration: 60,
      run_order: ['operations', 'metadata', 'collections', 'overlays'],
      asset_directory: 'config/old-assets',
      asset_folders: true,
      create_asset_folders: false,
      dimensional_asset_rename: false,
      download_url_assets: false,
      save_report: false,
      show_options: false,
      show_filtered: false,
      show_unfiltered: true,
      show_missing: false,
      playlist_report: false,
      custom_repo: 'https://github.com/someone/repo',
      tvdb_language: 'eng',
      ignore_ids: '1,2',
    })
    expect(plain.radarr).toEqual({
      url: 'http://192.168.1.12:7878',
      token: 'kCANARYradarr',
      add_missing: false,
      add_existing: false,
      upgrade_existing: false,
      monitor_existing: false,
      root_folder_path: 'S:/Movies',
      monitor: true,
      tag: null,
      search: false,
    })
    expect(plain.sonarr).toMatchObject({
      add_missing: false,
      cutoff_search: false,
      search: false,
      monitor_existing: false,
    })
    expect(plain.tautulli).toEqual({ url: 'http://192.168.1.12:8181', apikey: 'kCANARYtautulli' })
    expect(plain.trakt).toEqual({
      client_id: 'kCANARYtraktId',
      client_secret: 'kCANARYtraktSecret',
      pin: null,
      force_refresh: false,
      authorization: {
        access_token: 'kCANARYtraktAccess',
        token_type: 'Bearer',
        expires_in: 7889237,
        refresh_token: null,
        scope: 'public',
        created_at: 1611618850,
      },
    })
    expect(plain.mal).toEqual({
      client_id: 'kCANARYmalId',
      client_secret: 'kCANARYmalSecret',
      localhost_url: null,
      authorization: {
        access_token: 'kCANARYmalAccess',
        token_type: 'Bearer',
        expires_in: 2415600,
        refresh_token: null,
      },
    })
  })

  test('scalars keep the spelling that carries their type', () => {
    const { text } = make(config, ['Movies'])
    for (const line of ['offset: 015\n', 'when: 2024-01-01\n', 'size: 1.0\n', 'none:\n', 'empty: ""\n'])
      expect(text).toContain(line)
  })

  test('every difference is one line in words, without a value', () => {
    const { changes } = make(config, ['Movies', 'TV | Shows'])
    expect(changes).toEqual([...new Set(changes)])
    expect(changes.join('\n')).not.toMatch(/CANARY|192\.168|discord|10\.1\.1\.1/)
    for (const line of [
      "plex.url and plex.token: those of the preview's proxy",
      'plex.timeout: 60 s instead of 30 s',
      'plex.db_cache: left out: it would change Plex',
      'plex.clean_bundles: false: it would change Plex',
      "libraries.TV | Shows.plex.url and libraries.TV | Shows.plex.token: those of the preview's proxy",
      'libraries.Movies.collection_files: left out: it is no part of an overlay run',
      'libraries.Movies.overlay_files.0.schedule: left out: a preview runs now',
      'libraries.Movies.radarr.add_missing: false: it would add or change items there',
      'libraries: left out, no target in them: Films 4K, 2024, Music',
      'settings.run_order: all four steps; only overlays run in a preview',
      'trakt.pin: blank: it can be spent only once, and belongs to the real run',
      'trakt.authorization.refresh_token: blank: it can be spent only once, and belongs to the real run',
      'webhooks: left out: a preview sends no messages',
      'mystery: left out: Kometa Preview does not know it',
    ])
      expect(changes).toContain(line)
  })

  test('one call per library: the first library gives the global section', () => {
    const { value } = make(config, ['TV | Shows'])
    expect(get(value, 'plex', 'url')).toBe(proxies[1]?.url)
    const movies = make(config, ['Movies']).value
    expect(get(movies, 'plex', 'url')).toBe(proxies[0]?.url)
    expect(get(movies, 'libraries', 'TV | Shows')).toBeUndefined()
  })

  test('a library that only removes overlays gets an empty file; old spellings and unknown keys', () => {
    const { value, changes } = make(config, ['2024', 'Films 4K'])
    expect(toPlain(get(value, 'libraries') ?? null)).toEqual({
      'Films 4K': { library_name: 'Movies', overlay_files: [{ default: 'ribbon' }] },
      '2024': { remove_overlays: true, overlay_files: [{ file: 'config/.kometa-preview-empty.yml' }] },
    })
    expect(changes).toContain('libraries.Films 4K.something_new: left out: Kometa Preview does not know it')
  })

  test('it has the real token only on request, and never the real address', () => {
    const { text } = make(config, ['Movies', 'TV | Shows'], { exposeToken: true })
    expect(text).toContain('token: kCANARYplexToken0001')
    expect(text).toContain('token: kCANARYplexToken0002')
    expect(text).not.toMatch(/192\.168\.1\.12:32400|10\.1\.1\.1/)
  })
})

describe('the files of a folder that is real in a workspace', () => {
  const names = [
    'zeta.yml',
    'alpha.yaml',
    '480.yml',
    'Beta.yml',
    'mid.yml',
    'x.txt',
    '.hidden.yml',
    'a1.yaml',
    'q.yml',
    'b2.yml',
  ]

  test('are named one by one, in the order of the disk, with the rest of their entry', async () => {
    const folder = join(dir, 'config', 'overlays')
    await mkdir(folder, { recursive: true })
    for (const name of names) await writeFile(join(folder, name), 'overlays: {}')
    const configPath = join(dir, 'config', 'config.yml')
    await writeFile(
      configPath,
      'plex: {url: "http://a.example:1", token: tttttttt}\nlibraries: {M: {overlay_files: [{folder: config/overlays/, file: first.yml, template_variables: {a: 1}, schedule: daily}, {folder: elsewhere}, {folder: config}]}}\n',
    )
    const config = await loadJobConfig({ kind: 'config', configPath }, { env: {} })
    const { value, changes } = make(config, ['M'])
    const plain = toPlain(get(value, 'libraries', 'M', 'overlay_files') ?? null)
    const inOrder = glob(folder, '.yml').concat(glob(folder, '.yaml'))
    expect(inOrder).toHaveLength(8)
    expect(plain).toEqual([
      { file: 'first.yml', template_variables: { a: 1 } },
      ...inOrder.map((name) => ({ file: `config/overlays/${name}`, template_variables: { a: 1 } })),
      { folder: 'elsewhere' },
      { folder: 'config' },
    ])
    expect(changes).toContain(
      'libraries.M.overlay_files.0.folder: its files one by one, in the order in which Kometa finds them',
    )
    if (kometaPython) {
      const program =
        'import sys,json,glob,os\nf=json.load(sys.stdin)\nprint(json.dumps([os.path.basename(p) for e in ("*.yml","*.yaml") for p in glob.glob(os.path.join(f,e))]))'
      expect(runPython(program, folder)).toEqual(inOrder)
    }
  })

  function glob(folder: string, ending: string): string[] {
    const found: string[] = []
    const handle = opendirSync(folder)
    for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) {
      if (entry.name.endsWith(ending) && !entry.name.startsWith('.')) found.push(entry.name)
    }
    handle.closeSync()
    return found
  }
})

test('a key of the config is never taken for an inherited property of an object', async () => {
  const config = await load(
    'plex: {url: "http://a.example:1", token: tttttttt, constructor: 1, __proto__: 2}\ntoString: x\nlibraries: {M: {overlay_files: [{default: a, valueOf: 1}]}}\n',
  )
  const { value, changes } = make(config, ['M'])
  expect(toPlain(get(value, 'libraries') ?? null)).toEqual({ M: { overlay_files: [{ default: 'a' }] } })
  expect(changes).toContain('toString: left out: Kometa Preview does not know it')
})

test('a short token (the sample has "xxx") is found as a whole value and does not spoil other words', async () => {
  const config = await load(
    'plex: {url: "http://a.example:1", token: xxx}\nlibraries: {M: {template_variables: {a: xxx, b: xxxl}, overlay_files: [{default: a}]}}\n',
  )
  const { value } = make(config, ['M'])
  expect(toPlain(get(value, 'libraries', 'M', 'template_variables') ?? null)).toEqual({ a: 'proxyTokenA', b: 'xxxl' })
})

describe('other services on the same host stay', () => {
  test.each([
    ['http://192.168.1.5:32400', 'http://192.168.1.5:8181'],
    ['http://192.168.1.5', 'http://192.168.1.5:8080'],
    ['https://home.example', 'https://home.example/tautulli'],
    ['https://home.example/plex', 'https://home.example/tautulli'],
    ['https://plex.home.example', 'https://home.example'],
  ])('Plex at %s, Tautulli at %s', async (plex, tautulli) => {
    const config = await load(
      `plex: {url: "${plex}", token: kCANARYtoken}\ntautulli: {url: "${tautulli}", apikey: a}\nlibraries: {M: {overlay_files: [{default: a}]}}\n`,
    )
    const { value } = make(config, ['M'])
    expect(get(value, 'tautulli', 'url')).toBe(tautulli)
  })
})

describe('the real server in other places', () => {
  test.each([
    [
      'http://192.168.1.5:32400/library/x?X-Plex-Token=kCANARYtoken',
      'http://127.0.0.1:32500/library/x?X-Plex-Token=proxyTokenA',
    ],
    ['HTTP://192.168.1.5:32400', 'http://127.0.0.1:32500'],
    ['Bearer kCANARYtoken', 'Bearer proxyTokenA'],
  ])('%s goes through the proxy instead', async (text, expected) => {
    const config = await load(
      `plex: {url: "http://192.168.1.5:32400", token: kCANARYtoken}\nlibraries: {M: {overlay_files: [{url: ${JSON.stringify(text)}}]}}\n`,
    )
    const { value, changes } = make(config, ['M'])
    expect(toPlain(get(value, 'libraries', 'M', 'overlay_files') ?? null)).toEqual([{ url: expected }])
    expect(changes).toContain(
      'libraries.M.overlay_files.0.url: the address or token of Plex in it is replaced with that of the proxy',
    )
  })

  test.each([
    ['token', Buffer.from('kCANARYtoken').toString('base64')],
    ['token', Buffer.from('a kCANARYtoken').toString('base64url')],
    ['token', '%6BCANARYtoken'],
    ['token', Buffer.from('kCANARYtoken').toString('hex')],
    ['address', Buffer.from('http://192.168.1.5:32400').toString('base64')],
    ['address', 'http%3A%2F%2F192.168.1.5%3A32400'],
  ])('an encoded %s (%s) is an error', async (what, text) => {
    const config = await load(
      `plex: {url: "http://192.168.1.5:32400", token: kCANARYtoken}\nlibraries: {M: {template_variables: {a: "${text}"}, overlay_files: [{default: a}]}}\n`,
    )
    expect(() => make(config, ['M'])).toThrow(
      `The ${what} of Plex is in libraries.M.template_variables.a, where a preview cannot replace it`,
    )
  })
})

/** Random configs with Plex settings, tokens and addresses at every level, plain and encoded. */
const secretToken = fc.integer({ min: 0, max: 3 }).map((n) => `kCANARY${'ABCD'[n]}xY-z_0123456`)
const address = fc
  .integer({ min: 0, max: 3 })
  .map(
    (n) =>
      [
        'http://192.168.77.1:32400',
        'https://plex.secret.example',
        'http://10.77.0.9:80/plex',
        'http://[fd00::77]:32400',
      ][n] ?? '',
  )
const disguise = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text,
  (text) => encodeURIComponent(text),
  (text) => Buffer.from(text).toString('base64'),
  (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join(''),
  (text) => `before ${text} after`,
)
const leak = fc.tuple(fc.oneof(secretToken, address), disguise).map(([text, by]) => by(text))
const plexBlock = fc.record(
  {
    url: address,
    token: secretToken,
    timeout: fc.integer({ min: 1, max: 300 }),
    clean_bundles: fc.boolean(),
    db_cache: fc.nat(),
  },
  { requiredKeys: ['url', 'token'] },
)
const anyValue = fc.oneof(
  leak,
  fc.boolean(),
  fc.constant(null),
  fc.array(leak, { maxLength: 2 }),
  fc.dictionary(fc.constantFrom('a', 'url', 'token', 'plex'), leak, { maxKeys: 3 }),
)
const libraryKey = fc.constantFrom(
  'template_variables',
  'settings',
  'operations',
  'webhooks',
  'radarr',
  'tautulli',
  'unknown',
  'plex_url',
  'library_name',
  'collection_files',
  'report_path',
)
const library = fc
  .tuple(
    fc.option(plexBlock, { nil: undefined, freq: 2 }),
    fc.dictionary(libraryKey, anyValue, { maxKeys: 4 }),
    fc.array(fc.oneof(leak, fc.record({ url: leak, template_variables: anyValue, schedule: leak })), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([plex, rest, files]) => ({ ...rest, ...(plex ? { plex } : {}), overlay_files: files }))
const topKey = fc.constantFrom(
  'settings',
  'webhooks',
  'tautulli',
  'trakt',
  'tmdb',
  'github',
  'ntfy',
  'playlist_files',
  'unknown',
  'plex2',
  'radarr',
)
const randomConfig = fc.record({
  plex: plexBlock,
  libraries: fc.dictionary(fc.oneof(fc.constantFrom('Movies', 'TV', 'A|B'), leak), library, { minKeys: 1, maxKeys: 4 }),
  rest: fc.dictionary(topKey, anyValue, { maxKeys: 5 }),
})

function yaml(value: unknown): YamlValue {
  if (Array.isArray(value)) return value.map(yaml)
  if (typeof value === 'object' && value !== null)
    return new Map<YamlKey, YamlValue>(Object.entries(value).map(([key, item]) => [key, yaml(item)]))
  return value as YamlValue
}

const forms = (text: string): string[] => [
  text,
  encodeURIComponent(text),
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join(''),
  ...[0, 1, 2].map((lead) =>
    Buffer.from('x'.repeat(lead) + text)
      .toString('base64')
      .slice(lead === 0 ? 0 : 4, -4),
  ),
  Buffer.from(text).toString('hex'),
]

test('no random config brings a real address or token into the run config: it is replaced, left out, or refused', async () => {
  let [made, refused] = [0, 0]
  await fc.assert(
    fc.asyncProperty(randomConfig, async ({ plex, libraries, rest }) => {
      const config = await load(writeYaml(yaml({ ...rest, libraries, plex })))
      const needles = config.servers.flatMap(({ url, token }) => [
        ...forms(token),
        ...forms(url),
        ...forms(url.replace(/^https?:\/\//, '')),
      ])
      let text = ''
      let lines: string[] = []
      try {
        const result = makeRunConfig(config, {
          libraries: config.libraries.map(({ mappingName }) => mappingName),
          proxies,
        })
        text = result.text
        // The log shows the name of a library as it is, since the user chose it.
        lines = result.changes.filter((line) => !line.startsWith('libraries'))
        made += 1
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        expect(error.code).toBe('CONFIG_INVALID')
        refused += 1
      }
      const found = needles.filter((needle) => text.includes(needle) || lines.some((line) => line.includes(needle)))
      expect(found).toEqual([])
    }),
    { numRuns: 300 },
  )
  // Both outcomes occurred.
  expect(made).toBeGreaterThan(20)
  expect(refused).toBeGreaterThan(20)
})
