import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkLibraries } from '../../src/config/overlays/overlay-check.ts'
import { type JobConfig, loadJobConfig } from '../../src/config/read/user-config.ts'
import { makeRunConfig } from '../../src/config/run-config/run-config.ts'
import { createWorkspace, type Workspace } from '../../src/config/workspace/workspace.ts'
import { kometaArgs } from '../../src/kometa/process/arguments.ts'
import { kometaEnvironment } from '../../src/kometa/process/environment.ts'
import { ownIdentity } from '../../src/util/process-identity.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import {
  plainImage,
  type SamplePlex,
  smallLibraries,
  startUnwatchedPlex as startSamplePlex,
} from '../support/sample-plex.ts'
import { kometaPython } from './python.ts'

const kometaDir = process.env.KOMETA_HOME ?? ''
const runTimeoutMs = 300_000

const config = (plexUrl: string) => `# The user's own.
plex: {url: "${plexUrl}", token: ENV, timeout: 20, db_cache: 4096, clean_bundles: true, empty_trash: true, optimize: true}
tmdb: {apikey: <<tmdb>>, language: en}
settings:
  run_order: [overlays]
  cache: true
  asset_directory: config/assets
  asset_folders: true
  create_asset_folders: true
  dimensional_asset_rename: true
  save_report: true
  overlay_artwork_filetype: png
webhooks: {run_start: http://127.0.0.1:9/hook, run_end: http://127.0.0.1:9/hook}
ntfy: {url: "http://127.0.0.1:9", token: x, topic: y}
playlist_files: [{default: playlist}]
libraries:
  "Films: 4K?":
    library_name: Movies
    schedule_overlays: range(01/01-01/02)
    report_path: config/report.yml
    collection_files: [{default: basic}]
    operations: {mass_critic_rating_update: imdb}
    template_variables: {back_color: "#102030FF", when: 2024-01-01}
    overlay_files:
      - default: resolution
        schedule: range(01/01-01/02)
        template_variables: {use_edition: false, offset: 015}
      - file: config/my.yml
      - folder: config/overlays/sets
      - more/bare.yml
  Movies again:
    library_name: Movies
    overlay_files: {pmm: resolution}
  Shows:
    remove_overlays: true
  Left out:
    plex: {url: http://127.0.0.1:9, token: never}
    overlay_files: [{default: ribbon}]
`
const mine = `overlays:
  named: {plex_all: true}
  pictured: {plex_all: true, overlay: {name: pictured, file: config/pictures/p.png, horizontal_offset: 10, horizontal_align: left, vertical_offset: 10, vertical_align: top}}
  lettered: {plex_all: true, overlay: {name: text(Ab), font: config/fonts/Own.ttf, font_size: 60, horizontal_offset: 10, horizontal_align: right, vertical_offset: 10, vertical_align: bottom}}
`
const simple = (name: string) =>
  `overlays: {${name}: {plex_all: true, overlay: {name: "text(${name})", horizontal_offset: 0, horizontal_align: center, vertical_offset: 100, vertical_align: top}}}\n`

describe.skipIf(!kometaDir || !kometaPython)('the real Kometa (needs KOMETA_HOME and KOMETA_PYTHON)', () => {
  let dir = ''
  let plex: SamplePlex
  let outside: OutsideWorld
  let job: JobConfig
  let workspace: Workspace
  let before: string[] = []
  let metaLog = ''

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kometa-accepts-'))
    const [movies, shows] = smallLibraries()
    if (!movies || !shows) throw new Error('the sample libraries have changed')
    const labelled = movies.items.map((item) => (item.ratingKey === '102' ? { ...item, labels: ['Overlay'] } : item))
    plex = await startSamplePlex({ libraries: [{ ...movies, items: labelled }, shows] })
    outside = await startOutsideWorld(join(dir, 'outside'))
    await makeUserFolder()
    job = await loadJobConfig(
      { kind: 'config', configPath: join(dir, 'user/config/config.yml') },
      { env: { KOMETA_PLEX_TOKEN: 'kCANARYreal' }, secrets: { tmdb: '0123456789abcdef0123456789abcdef' } },
    )
    const libraries = ['Films: 4K?', 'Movies again', 'Shows']
    expect(await checkLibraries(job, { libraries, kometaDir, env: {} })).toEqual([])
    const { text } = makeRunConfig(job, {
      libraries,
      proxies: [
        { url: plex.url, token: plex.token },
        { url: plex.url, token: plex.token },
      ],
    })
    workspace = await createWorkspace(job, {
      runConfigText: text,
      ratingKeysByLibrary: new Map([
        ['Films: 4K?', ['101', '102']],
        ['Movies again', ['102']],
        ['Shows', []],
      ]),
      parentDir: join(dir, 'workspaces'),
      owner: await ownIdentity(),
      userHome: join(dir, 'home'),
    })
    before = await snapshot()
    await runKometa()
    metaLog = await readFile(join(workspace.configDir, 'logs', 'meta.log'), 'utf8')
  }, runTimeoutMs)

  afterAll(async () => {
    await workspace?.[Symbol.asyncDispose]()
    await plex?.[Symbol.asyncDispose]()
    await outside?.[Symbol.asyncDispose]()
    await rm(dir, { recursive: true, force: true })
  })

  async function put(path: string, data: string | Buffer): Promise<void> {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), data)
  }

  async function makeUserFolder(): Promise<void> {
    await put('user/config/config.yml', config('http://127.0.0.1:9'))
    await put('user/config/my.yml', mine)
    await put('user/config/overlays/sets/one.yml', simple('one'))
    await put('user/config/overlays/sets/two.yaml', simple('two'))
    await put('user/more/bare.yml', simple('bare'))
    const badge = await sharp({ create: { width: 300, height: 300, channels: 4, background: '#00ff0080' } })
      .png()
      .toBuffer()
    await put('user/config/overlays/named.png', badge)
    await put('user/config/pictures/p.png', badge)
    await mkdir(join(dir, 'user/config/fonts'))
    await copyFile(join(kometaDir, 'fonts', 'Lato-Regular.ttf'), join(dir, 'user/config/fonts/Own.ttf'))
    await put('user/config/overlays/Films 4K Original Posters/102.jpg', await plainImage('backup')())
    await put('user/config/overlays/Movies again Original Posters/102.jpg', await plainImage('backup')())
    await put('user/config/assets/Nosferatu (1922)/wide.jpg', await plainImage('wide', { width: 600, height: 400 })())
    await put('user/config/UUID', '0f1e2d3c-aaaa-bbbb-cccc-1234567890ab')
    await put('user/config/config.cache', 'not for Kometa')
  }

  async function snapshot(): Promise<string[]> {
    const entries = await readdir(join(dir, 'user'), { recursive: true, withFileTypes: true })
    return Promise.all(
      entries.map(async (entry) => {
        const path = join(entry.parentPath, entry.name)
        const info = await lstat(path)
        return `${relative(dir, path)} ${info.mtimeMs} ${info.mode} ${entry.isFile() ? await readFile(path, 'base64') : ''}`
      }),
    )
  }

  async function runKometa(): Promise<void> {
    const env = kometaEnvironment(
      { PATH: process.env.PATH },
      { home: workspace.home, extra: { ...outside.env, PYTHONDONTWRITEBYTECODE: '1' } },
    )
    const child = spawn(kometaPython ?? '', kometaArgs(kometaDir, workspace.configPath), {
      cwd: workspace.cwd,
      env,
      stdio: 'ignore',
    })
    await once(child, 'exit')
  }

  const logLines = (pattern: RegExp): string[] =>
    metaLog
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => line.replace(/\s+/g, ' '))

  test('accepts every part of the run config and ends its run', () => {
    expect(logLines(/Finished .*Run/)).not.toEqual([])
    expect(logLines(/Config Error|YAML Error|\[CRITICAL\]|Failed To Load|Library Connection Failed/)).toEqual([])
    expect(logLines(/\[ERROR\].*(?:not found|does not exist|Not Found) *at/i)).toEqual([])
    expect(logLines(/Library Connection Successful/)).toHaveLength(3)
    expect(logLines(/Overlay File Loaded Successfully/)).toHaveLength(7)
  })

  test('draws with images and fonts of every relative place, in the artwork type of the config', async () => {
    const applied = logLines(/Overlays Applied/)
    for (const name of ['named', 'pictured', 'lettered', 'one', 'two', 'bare']) {
      expect([name, applied.some((line) => new RegExp(`\\(\\d\\) ${name}\\b`).test(line))]).toEqual([name, true])
    }
    expect(plex.uploads('101').length).toBeGreaterThanOrEqual(1)
    // With dimensional_asset_rename, Kometa may upload the asset itself first.
    expect((await sharp(plex.uploads('101').at(-1)?.bytes).metadata()).format).toBe('png')
  })

  test('draws an item that wears overlays from the backup that was copied', () => {
    expect([...workspace.backups.keys()]).toEqual(['Films: 4K? 102', 'Movies again 102'])
    expect(
      plex.journal
        .filter(
          ({ target }) =>
            target.startsWith('/library/metadata/102/') &&
            /thumb|posters|file/.test(target) &&
            !target.includes('POST'),
        )
        .filter(({ method }) => method === 'GET'),
    ).toEqual([])
    expect(plex.uploads('102').length).toBeGreaterThanOrEqual(1)
  })

  test('sends nothing to a forbidden address, and leaves every file of the user unchanged', async () => {
    expect(await snapshot()).toEqual(before)
    expect(outside.requests.filter(({ status }) => status === 403)).toEqual([])
    expect(plex.writes.filter(({ target }) => target.startsWith('/:/prefs'))).toEqual([])
    expect((await readdir(workspace.configDir)).sort()).toEqual(
      [
        '.kometa-preview-assets',
        '.kometa-preview-empty.yml',
        'UUID',
        'assets',
        'fonts',
        'kometa_run.cache',
        'kometa_run.yml',
        'logs',
        'my.yml',
        'overlays',
        'pictures',
      ].sort(),
    )
    if (process.env.KOMETA_LOG) await cp(join(workspace.configDir, 'logs', 'meta.log'), process.env.KOMETA_LOG)
  })
})
