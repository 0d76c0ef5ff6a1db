import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kometaRenderer } from '../../src/cli/kometa-renderer.ts'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { runJob } from '../../src/run/run.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import { startSamplePlex } from '../support/sample-plex.ts'
import { at, config, film, movies, overlays, text } from './make.ts'
import { pictureFile } from './pictures.ts'
import { writeUserFolder } from './user-folder.ts'

const { KOMETA_HOME: kometaHome = '' } = process.env
let scratch = ''
let outside: OutsideWorld | undefined
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kometa-refused-'))
  outside = await startOutsideWorld(join(scratch, 'outside'), {
    files: { 'image.tmdb.org/t/p/original/poster.jpg': pictureFile('poster.jpg') },
  })
})
afterAll(async () => {
  await outside?.[Symbol.asyncDispose]()
  await rm(scratch, { recursive: true, force: true })
})

interface Refused {
  name: string
  definitions?: Record<string, unknown>
  files?: unknown[]
  settings?: Record<string, unknown>
  deny?: string[]
  /** No other overlay can be drawn. */
  nothingElse?: boolean
}

/**
 * Runs a preview whose outside world has what every Kometa needs. `outside.env` names its certificates as a user
 * would.
 */
async function preview({ name, definitions = {}, files = [], settings = {}, deny = [], nothingElse = false }: Refused) {
  await using plex = await startSamplePlex({ libraries: [movies([film('101', 'Nosferatu')])] })
  const dir = join(scratch, name)
  const renderer = await kometaRenderer({}, join(dir, 'data'), process.env)
  const everything = { plex_all: true, overlay: text('<<title>>', at(0, 100, ['center', 'bottom'])) }
  const folder = {
    'config/config.yml': config({ Movies: { overlay_files: [{ file: 'config/o.yml' }, ...files] } }, settings),
    'config/o.yml': overlays({ ...(nothingElse ? {} : { Everything: everything }), ...definitions }),
  }
  await writeUserFolder(join(dir, 'user'), folder, plex, renderer.dir ?? '')
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...outside?.env }
  const loaded = await loadJobConfig(
    { kind: 'config', configPath: join(dir, 'user/config/config.yml') },
    { env, readYaml: renderer.readYaml, kometaDir: renderer.dir ?? kometaHome },
  )
  const summary = await runJob({
    config: { ...loaded, preview: { ...loaded.preview, gate: { ...loaded.preview.gate, deny } } },
    ...{ jobDir: join(dir, 'job'), dataDir: join(dir, 'data'), specs: ['101'], renderer, env },
    ...{ keepWorkspace: false, proxyPort: 0, scoped: true, writeJobFile: false },
    signal: new AbortController().signal,
    onEvent: () => undefined,
    onLine: () => undefined,
  })
  plex.assertUntouched()
  return {
    summary,
    faults: summary.config_faults.map(({ file, definitions: about, words }) => [file, about.join(), words]),
    /** How often Kometa asked for each refused host. A connection error leads to six attempts. */
    asked: summary.gate.hosts.filter(({ verdict }) => verdict === 'block').map(({ host, count }) => [host, count]),
  }
}

const lan = 'this is a name of the local network'
const denied = 'gate.deny in preview.yml names it'
const badge = { plex_all: true, overlay: { name: 'badge', url: 'https://nas.lan/badge.png?token=canary', ...at(0, 0) } }
const drawn = { status: 'exported', overlays_applied: ['Everything'] }

describe.skipIf(kometaHome === '')('the real Kometa hears of a refusal over https at once', () => {
  test('the image of an overlay is requested once, and the rest is drawn', async () => {
    const { summary, faults, asked } = await preview({ name: 'image', definitions: { Badge: badge } })
    const words = `the image https://nas.lan/badge.png?token=(redacted) was not fetched: ${lan}`
    expect(faults).toEqual([['config/o.yml', 'Badge', words]])
    expect(asked).toEqual([['nas.lan', 1]])
    expect(summary).toMatchObject({ status: 'success', problems: [], targets: [drawn] })
  })

  test('the same holds with verify_ssl: false', async () => {
    const settings = { verify_ssl: false }
    const { summary, asked } = await preview({ name: 'unverified', definitions: { Badge: badge }, settings })
    expect(asked).toEqual([['nas.lan', 1]])
    expect(summary).toMatchObject({ status: 'success', targets: [drawn] })
  })

  test('an overlay file by url, repo or git is left out, and Kometa continues', async () => {
    const { summary, faults, asked } = await preview({
      name: 'files',
      files: [{ url: 'https://nas.lan/o.yml' }, { repo: 'some/file' }, { git: 'some/file' }],
      settings: { custom_repo: 'https://repo.lan/of/mine' },
      deny: ['api.github.com'],
    })
    const github = 'https://api.github.com/repos/Kometa-Team/Community-Configs/git/refs/tags'
    expect(faults).toEqual([
      ['config/config.yml', '', `the file https://nas.lan/o.yml was not fetched: ${lan}`],
      [
        'config/config.yml',
        '',
        expect.stringMatching(/^the file https:\/\/repo\.lan\/\S+\.yml was not fetched: this is/),
      ],
      ['config/config.yml', '', `the file ${github} was not fetched: ${denied}`],
    ])
    expect(asked).toEqual([
      ['nas.lan', 1],
      ['repo.lan', 1],
      ['api.github.com', 1],
    ])
    expect(summary).toMatchObject({ status: 'success', problems: [], targets: [drawn] })
  })
})

describe.skipIf(kometaHome === '')('what a refused request leads to', () => {
  test('if everything is refused, the reason of the missing picture names the requests', async () => {
    const files = [{ url: 'https://nas.lan/o.yml' }]
    const { summary } = await preview({ name: 'nothing', definitions: { Badge: badge }, files, nothingElse: true })
    expect(summary.targets).toMatchObject([
      {
        status: 'missing',
        reason: expect.stringContaining(`the file https://nas.lan/o.yml was not fetched: ${lan}`),
      },
    ])
    expect(summary.targets[0]?.reason).toMatch(/Badge \(the image https:\/\/nas\.lan\/badge\.png\S* was not fetched: /)
    expect(JSON.stringify(summary)).not.toContain('canary')
  })

  test('the site of a builder whose address Kometa does not name', async () => {
    const list = { overlay: { name: 'text(B)', horizontal_offset: 0, vertical_offset: 0 } }
    const { summary, faults, asked } = await preview({
      name: 'builders',
      definitions: {
        AniList: { anilist_popular: 3, ...list },
        Letterboxd: { letterboxd_list: 'https://letterboxd.com/jack/list/best/', ...list },
      },
      deny: ['graphql.anilist.co', '.letterboxd.com'],
    })
    expect(faults).toEqual([
      [
        ...['config/o.yml', 'AniList'],
        expect.stringMatching(
          /^POST https:\/\/graphql\.anilist\.co\/ was refused: gate\.deny in preview\.yml names it\. Kometa says: /,
        ),
      ],
      [
        ...['config/o.yml', 'Letterboxd'],
        expect.stringMatching(/^https:\/\/letterboxd\.com\/jack\/list\/best\/ was not fetched: gate\.deny /),
      ],
    ])
    for (const [host, count] of asked) expect([host, Number(count) < 3]).toEqual([host, true])
    expect(summary).toMatchObject({ status: 'success', targets: [drawn] })
  })

  test('if Kometa needs a refused host, it ends, and the request is the reason', async () => {
    const { summary, asked } = await preview({ name: 'stop', deny: ['raw.githubusercontent.com'] })
    const address = 'https://raw.githubusercontent.com/Kometa-Team/Anime-IDs/master/anime_ids.json'
    const reason = `GET ${address} was refused: ${denied}.`
    expect(summary.status).toBe('failed')
    expect(summary.problems[0]).toContain(reason)
    expect(summary.targets[0]?.reason).toContain(reason)
    for (const [host, count] of asked) expect([host, Number(count) < 3]).toEqual([host, true])
  })
})
