import { copyFile, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kometaRenderer } from '../../src/cli/kometa-renderer.ts'
import type { ConnectRequest } from '../../src/contract/api/api-connect.ts'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from '../server/event-source.ts'
import { openStudio, plexToken, type TestStudio } from '../server/open-studio.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import { startSamplePlex } from '../support/sample-plex.ts'
import { at, config, film, movies, overlays, text } from './make.ts'
import { pictureFile } from './pictures.ts'

const { KOMETA_HOME: kometaHome = '', KOMETA_PYTHON: python } = process.env

/**
 * What the real Kometa can read with a config that was pasted into the studio: the allowed folders and nothing else.
 */
let dir: string
let world: OutsideWorld
let it: TestStudio
const files: Record<string, string | Uint8Array> = {
  'image.tmdb.org/t/p/original/poster.jpg': pictureFile('poster.jpg'),
}

beforeAll(async () => {
  if (kometaHome === '') return
  dir = await realpath(await mkdtemp(join(tmpdir(), 'kometa-reach-')))
  world = await startOutsideWorld(join(dir, 'world'), { files })
  await mkdir(join(dir, 'config'))
  await mkdir(join(dir, 'outside', 'assets', 'Nosferatu (1927)'), { recursive: true })
  await mkdir(join(dir, 'outside', 'folder'))
  const badge = (background: string) =>
    sharp({ create: { width: 60, height: 60, channels: 3, background } })
      .png()
      .toBuffer()
  await writeFile(join(dir, 'config', 'inside.png'), await badge('#00ff00'))
  const secret = await badge('#ff0000')
  for (const name of ['secret.png', 'assets/Nosferatu (1927).png', 'assets/Nosferatu (1927)/poster.png'])
    await writeFile(join(dir, 'outside', name), secret)
  await copyFile(join(kometaHome, 'fonts', 'Roboto-Italic.ttf'), join(dir, 'outside', 'font.ttf'))
  for (const name of ['other.yml', 'folder/more.yml'])
    await writeFile(
      join(dir, 'outside', name),
      overlays({ Other: { plex_all: true, overlay: text('outside', at(0, 900)) } }),
    )
  for (const name of ['secret.png', 'font.ttf', 'other.yml'])
    await symlink(join(dir, 'outside', name), join(dir, 'config', `linked-${name}`))
  await symlink(join(dir, 'outside'), join(dir, 'config', 'linked'))
  const plex = await startSamplePlex({ libraries: [movies([film('101', 'Nosferatu')])], token: plexToken })
  const env = { PATH: process.env.PATH, HOME: dir, ...world.env }
  it = await openStudio({
    dir,
    plex,
    env,
    allowedFolders: [join(dir, 'config')],
    makeRenderer: () => kometaRenderer({ kometa: kometaHome, python }, join(dir, 'data'), env),
  })
  // Before Kometa is found, a connection says less.
  expect((await it.get('checkKometa')).state).toBe('ready')
}, 120_000)
afterAll(async () => {
  if (kometaHome === '') return
  expect(it.failures).toEqual([])
  await it[Symbol.asyncDispose]()
  await it.plex[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
})

/** One definition for each way in which an overlay file can name a picture or a font. */
function definitions(outside: string): string {
  const image = (file: string, row: number) => ({
    plex_all: true,
    overlay: { name: `image ${row}`, file, ...at(0, 70 * row) },
  })
  const inConfig = join(dir, 'config')
  return overlays(
    {
      Inside: image(join(inConfig, 'inside.png'), 0),
      Absolute: image(join(outside, 'secret.png'), 1),
      Climbing: image(join(inConfig, '..', 'outside', 'secret.png').replace('/outside/', '/config/../outside/'), 2),
      Linked: image(join(inConfig, 'linked-secret.png'), 3),
      'Linked folder': image(join(inConfig, 'linked', 'secret.png'), 4),
      Together: { plex_all: true, template: { name: 'together', start: outside.slice(0, 3), rest: outside.slice(3) } },
      Font: { plex_all: true, overlay: text('font', at(0, 500), { font: join(outside, 'font.ttf') }) },
      'Linked font': {
        plex_all: true,
        overlay: text('linked', at(0, 600), { font: join(inConfig, 'linked-font.ttf') }),
      },
    },
    {
      templates: {
        together: { overlay: { name: 'together', file: '<<start>><<rest>>/secret.png', ...at(0, 350) } },
      },
    },
  )
}

type Preview = { sha256: string; picture: Buffer; words: string }

async function preview(): Promise<Preview> {
  const outside = join(dir, 'outside')
  await writeFile(join(dir, 'config', 'overlays.yml'), definitions(outside))
  files['/fetched.yml'] = definitions(outside).replaceAll(
    join(dir, 'config', 'inside.png'),
    join(outside, 'secret.png'),
  )
  const fetched = 'https://raw.githubusercontent.com/fetched.yml'
  const entries = [
    { file: join(dir, 'config', 'overlays.yml') },
    { url: fetched },
    { file: join(outside, 'other.yml') },
    { file: join(dir, 'config', 'linked-other.yml') },
    { folder: join(outside, 'folder') },
    { folder: join(dir, 'config', 'linked', 'folder') },
    { file: '/proc/self/cwd/../../../../outside/other.yml' },
  ]
  const pasted = config(
    { Movies: { overlay_files: entries } },
    { asset_directory: [join(outside, 'assets'), join(dir, 'config', 'linked', 'assets')], prioritize_assets: true },
  )
    .replaceAll('PLEX_URL', it.plex.url)
    .replaceAll('PLEX_TOKEN', it.plex.token)
  return run({ kind: 'text', text: pasted, name: 'config.yml' })
}

async function run(body: ConnectRequest, edit?: string): Promise<Preview> {
  const connection = await it.get('connect', { body })
  const targets = [{ server: connection.servers[0]?.id ?? '', ratingKey: '101' }]
  const { id: jobId } = await it.get('startJob', {
    body: { connectionId: connection.id, targets, fresh: true, ...(edit && { configText: edit }) },
  })
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
  await stream.until(({ event }) => event.type === 'closed')
  const job = await it.get('getJob', { params: { jobId } })
  const { id: _id, servers: _servers, connectedAt: _at, ...said } = connection
  const [target] = job.targets
  const { sha256 = '' } = target?.after ?? {}
  if (sha256 === '') throw new Error(`nothing was drawn: ${JSON.stringify(job)}`)
  const { body: picture } = await it.bytes(apiUrl('jobImage', { jobId, sha256 }))
  const log = await readFile(join(it.dataDir, 'jobs', jobId, 'logs', 'meta.log'), 'utf8').catch(() => '')
  const words = JSON.stringify([said, job.warnings, job.faults, target?.overlays, target?.leftOut])
  expect(log).not.toBe('')
  return { sha256, picture, words: words.replaceAll(jobId, 'JOB') }
}

async function greenPixels(picture: Buffer): Promise<number> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  let count = 0
  for (let at = 0; at < data.length; at += info.channels)
    if ((data[at] ?? 0) < 60 && (data[at + 1] ?? 0) > 200 && (data[at + 2] ?? 0) < 60) count += 1
  return count
}

describe.skipIf(kometaHome === '')('the real Kometa, with a pasted config', () => {
  test('treats files outside the allowed folders like missing ones, and says the same', async () => {
    const there = await preview()
    await rename(join(dir, 'outside'), join(dir, 'elsewhere'))
    const gone = await preview()
    expect(there.words).toBe(gone.words)
    expect(there.sha256).toBe(gone.sha256)
    // The allowed square of 60 by 60 pixels is drawn.
    expect(await greenPixels(there.picture)).toBeGreaterThan(2_500)
  })

  test('draws the same for a pasted config, an edit and the file, if everything they name is allowed', async () => {
    const inConfig = join(dir, 'config')
    await mkdir(join(inConfig, 'assets'))
    await writeFile(join(inConfig, 'assets', 'Nosferatu.png'), await readFile(join(inConfig, 'inside.png')))
    await copyFile(join(kometaHome, 'fonts', 'Roboto-Italic.ttf'), join(inConfig, 'own.ttf'))
    const font = (name: string, row: number) => ({
      plex_all: true,
      overlay: text(name, at(0, 150 * row), { font: name }),
    })
    await writeFile(
      join(inConfig, 'mine.yml'),
      overlays({
        Image: { plex_all: true, overlay: { name: 'image', file: join(inConfig, 'inside.png'), ...at(500, 0) } },
        'Own font': font(join(inConfig, 'own.ttf'), 1),
        "Kometa's font": font('Inter-Bold.ttf', 2),
        'Font by its place in the code': font('fonts/Inter-Bold.ttf', 3),
        'Default image': { plex_all: true, overlay: { name: 'hd', default: 'resolution/hdr', ...at(500, 500) } },
      }),
    )
    const entries = [{ default: 'resolution' }, { default: 'audio_codec' }, { file: join(inConfig, 'mine.yml') }]
    const same = config({ Movies: { overlay_files: entries } }, { asset_directory: join(inConfig, 'assets') })
      .replaceAll('PLEX_URL', it.plex.url)
      .replaceAll('PLEX_TOKEN', it.plex.token)
    const path = join(inConfig, 'config.yml')
    await writeFile(path, same)
    const ofFile = await run({ kind: 'path', path })
    const pasted = await run({ kind: 'text', text: same, name: 'config.yml' })
    const { text: masked } = await it.get('connect', { body: { kind: 'path', path } })
    const edited = await run({ kind: 'path', path }, `${masked}\n# edited\n`)
    expect(await greenPixels(ofFile.picture)).toBeGreaterThan(2_500)
    expect([pasted.sha256, edited.sha256]).toEqual([ofFile.sha256, ofFile.sha256])
  })
})
