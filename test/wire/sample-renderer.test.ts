import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, expect, test } from 'vitest'
import { demoLibraries } from '../../src/demo/library/library-data.ts'
import type { SampleItem, SampleLibrary } from '../../src/demo/sample-plex/model/model.ts'
import { bufferSource } from '../../src/images/byte-source.ts'
import { readOverlayMark } from '../../src/images/exif-mark.ts'
import type { ItemResult, KometaEvent } from '../../src/kometa/log/read/log-events.ts'
import { createLogParser } from '../../src/kometa/log/read/log-parser.ts'
import { programCommand } from '../../src/util/program-file.ts'
import { type SamplePlex, startUnwatchedPlex as startSamplePlex } from '../support/watched-plex.ts'

const cleanups: (() => PromiseLike<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A few items of the demo's libraries, found by title. */
function someOf(films: readonly string[], shows: readonly string[]): SampleLibrary[] {
  const keep = (items: readonly SampleItem[], titles: readonly string[]) =>
    items.filter(({ title }) => titles.includes(title))
  return demoLibraries().map(({ collections: _, ...library }) => ({
    ...library,
    items: keep(library.items, library.type === 'movie' ? films : shows),
  }))
}

async function startPlex(libraries: readonly SampleLibrary[]): Promise<SamplePlex> {
  const plex = await startSamplePlex({ libraries })
  cleanups.push(() => plex[Symbol.asyncDispose]())
  return plex
}

/** Starts the renderer as a run does, and reads its log with the parser for Kometa's log. */
async function render(plex: SamplePlex, libraries: string, prepare?: (folder: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'sample-renderer-'))
  cleanups.push(() => rm(folder, { recursive: true, force: true }))
  await prepare?.(folder)
  const config = join(folder, 'kometa_run.yml')
  await writeFile(config, `plex: {url: "${plex.url}", token: ${plex.token}}\nlibraries:\n${libraries}`)
  const { command, args } = programCommand('demo/sample-renderer/main')
  const flags = ['--run', '--overlays-only', '--ignore-schedules', '--read-only-config', '--no-report', '--no-missing']
  const child = spawn(command, [...args, '--config', config, ...flags], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let console = ''
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8')
    output.on('data', (chunk: string) => {
      console += chunk
    })
  }
  const [code] = await once(child, 'close')
  const log = await readFile(join(folder, 'logs', 'meta.log'), 'utf8')
  const parser = createLogParser()
  const events: KometaEvent[] = log.split('\n').flatMap((line) => parser.feed(line))
  events.push(...parser.end())
  const results = events.flatMap((event): ItemResult[] => (event.type === 'item_ended' ? [event.result] : []))
  return { code, folder, log, console, events, results }
}

const movies = `  Movies:
    overlay_files:
      - default: resolution
      - pmm: audio_codec
      - default: ratings
        template_variables: {rating1: critic, rating1_image: rt_tomato}
`

const targetsOf = (plex: SamplePlex) => plex.journal.map(({ method, target }) => `${method} ${target}`)

test('connects with the same requests and headers as Kometa', async () => {
  const plex = await startPlex(someOf(['Metropolis'], []))
  await render(plex, movies)
  expect(targetsOf(plex).slice(0, 6)).toEqual([
    'GET /',
    'GET /:/prefs',
    'GET /library',
    'GET /library/sections',
    'GET /library/sections/1/prefs',
    'GET /library/sections/1/all?includeGuids=1&type=1',
  ])
  const listing = plex.journal[5]?.headerLines ?? []
  expect(listing).toContain('X-Plex-Container-Start: 0')
  expect(listing).toContain('X-Plex-Container-Size: 100')
  expect(listing).toContain('Accept: */*')
  expect(plex.journal.filter(({ status }) => status >= 400)).toEqual([])
})

test('a film gets its badges as marked lossy WEBP, raw, and then the label', async () => {
  const plex = await startPlex(someOf(['Metropolis'], []))
  const run = await render(plex, movies)
  expect(run.code).toBe(0)
  expect(run.results).toMatchObject([
    {
      title: 'Metropolis',
      outcome: 'applied',
      overlays: [{ name: '4K-DV' }, { name: 'Edition' }, { name: 'Dolby-TrueHD-Atmos' }, { name: 'rating1' }],
    },
  ])
  const [post, put] = plex.writes
  const key = demoLibraries()[0]?.items.find(({ title }) => title === 'Metropolis')?.ratingKey ?? ''
  expect(plex.writes).toHaveLength(2)
  expect(`${post?.method} ${post?.target}`).toBe(`POST /library/metadata/${key}/posters`)
  expect(post?.headerLines.filter((line) => /^content-type:/i.test(line))).toEqual([])
  expect(`${put?.method} ${put?.target}`).toBe(
    `PUT /library/sections/1/all?id=${key}&label.locked=1&label%5B0%5D.tag.tag=Overlay&type=1`,
  )
  const bytes = Buffer.from(plex.uploads(key).at(-1)?.bytes ?? [])
  expect(bytes.toString('latin1', 8, 16)).toBe('WEBPVP8X')
  expect(await readOverlayMark(bufferSource(bytes))).toBe(true)
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 1000, height: 1500 })
  // The badges are there: the picture differs from the clean poster at the badges, and hardly anywhere else.
  const clean = Buffer.from(
    (await demoLibraries()[0]
      ?.items.find(({ title }) => title === 'Metropolis')
      ?.posters?.[0]?.read()) ?? [],
  )
  expect(await difference(clean, bytes, { left: 15, top: 15, width: 305, height: 105 })).toBeGreaterThan(15)
  expect(await difference(clean, bytes, { left: 600, top: 700, width: 300, height: 300 })).toBeLessThan(4)
})

test('the image comes without an X-Plex header, by the token in its query', async () => {
  const plex = await startPlex(someOf(['Charade'], []))
  await render(plex, movies)
  const read = plex.journal.find(({ target }) => target.includes('/thumb/'))
  expect(read?.target).toContain('?X-Plex-Token=')
  expect(read?.headerLines.filter((line) => /^x-plex/i.test(line))).toEqual([])
})

test('a film that has an overlay is drawn from the clean poster, without a second label', async () => {
  const plex = await startPlex(someOf(['Nosferatu'], []))
  const run = await render(plex, movies)
  expect(run.results).toMatchObject([{ title: 'Nosferatu', outcome: 'applied' }])
  expect(targetsOf(plex).some((line) => line.includes('/posters') && line.startsWith('GET'))).toBe(true)
  expect(plex.writes.map(({ method }) => method)).toEqual(['POST'])
  expect(await readdir(join(run.folder, 'overlays', 'Movies Original Posters'))).toEqual(['107.jpg'])
})

test('a backup of the clean poster saves the reads', async () => {
  const plex = await startPlex(someOf(['Nosferatu'], []))
  const backup = await sharp({ create: { width: 200, height: 300, channels: 3, background: '#cc2200' } })
    .png()
    .toBuffer()
  await render(plex, movies, async (folder) => {
    const { mkdir } = await import('node:fs/promises')
    await mkdir(join(folder, 'overlays', 'Movies Original Posters'), { recursive: true })
    await writeFile(join(folder, 'overlays', 'Movies Original Posters', '107.png'), backup)
  })
  expect(targetsOf(plex).filter((line) => /\/(?:posters|thumb|file)\b/.test(line) && line.startsWith('GET'))).toEqual(
    [],
  )
  const bytes = Buffer.from(plex.uploads('107').at(-1)?.bytes ?? [])
  const { dominant } = await sharp(bytes).stats()
  expect(dominant.r).toBeGreaterThan(180)
})

test('a film whose overlay nothing asks for any more gets its clean poster back', async () => {
  const plex = await startPlex(someOf(['Nosferatu', 'Charade'], []))
  await render(plex, '  Movies: {remove_overlays: true}\n')
  const [restore, unlabel] = plex.writes
  expect(plex.writes).toHaveLength(2)
  expect(restore?.target).toMatch(/^\/library\/metadata\/107\/posters\?url=http%3A%2F%2F127\.0\.0\.1/)
  expect(unlabel?.target).toContain('label%5B%5D.tag.tag-=Overlay')
  expect(plex.labels('107')).not.toContain('Overlay')
})

test('shows, seasons and episodes, each on its own canvas', async () => {
  const plex = await startPlex(someOf([], ['One Step Beyond']))
  const run = await render(
    plex,
    `  TV Shows:
    overlay_files:
      - default: resolution
      - default: resolution
        template_variables: {builder_level: season}
      - default: resolution
        template_variables: {builder_level: episode}
      - default: episode_info
`,
  )
  const titles = run.results.map(({ title, outcome }) => `${title}: ${outcome}`)
  expect(titles).toHaveLength(1 + 2 + 10)
  expect(titles).toContain('One Step Beyond: applied')
  expect(titles).toContain('One Step Beyond Season 2: applied')
  expect(titles).toContain('One Step Beyond S01E01: applied')
  const episode = run.results.find(({ title }) => title.endsWith('S01E01'))
  expect(episode?.overlays.map(({ name }) => name)).toEqual(['4K-HDR', 'Episode Info'])
  const show = demoLibraries()[1]?.items.find(({ title }) => title === 'One Step Beyond')
  const season = show?.children?.[0]
  const sizeOf = async (key: string | undefined) => {
    const { width, height } = await sharp(Buffer.from(plex.uploads(key ?? '').at(-1)?.bytes ?? [])).metadata()
    return `${width} x ${height}`
  }
  expect(await sizeOf(show?.ratingKey)).toBe('1000 x 1500')
  expect(await sizeOf(season?.ratingKey)).toBe('1000 x 1500')
  expect(await sizeOf(season?.children?.[0]?.ratingKey)).toBe('1920 x 1080')
  expect(plex.writes.filter(({ method, target }) => method === 'PUT' && target.endsWith('&type=4'))).toHaveLength(10)
}, 60_000)

test('the log reads like Kometa’s, first names its writer, and holds neither token nor address', async () => {
  const plex = await startPlex(someOf(['The Kid'], []))
  const run = await render(plex, movies)
  expect(run.log.split('\n')[0]).toContain('Sample renderer: a stand-in')
  expect(run.log).not.toContain(plex.token)
  expect(run.console).not.toContain(plex.token)
  expect(run.log).not.toContain(plex.url)
  const types = run.events.map(({ type }) => type)
  const inOrder = [
    'run_started',
    'server_connected',
    'library_connected',
    'library_started',
    'loaded',
    'overlays_started',
    'definition',
    'nothing_to_remove',
    'applying',
    'item_started',
    'item_ended',
    'overlays_finished',
    'run_finished',
  ] as const
  expect(inOrder.filter((type) => types.includes(type))).toEqual([...inOrder])
  const places = inOrder.map((type) => types.indexOf(type))
  expect(places).toEqual([...places].sort((a, b) => a - b))
  expect(run.console).toContain('| Overlaying: (1/1) The Kid')
})

test('an overlay file that it cannot draw is named, and a library without another file fails', async () => {
  const plex = await startPlex(someOf(['The Kid'], []))
  const run = await render(plex, '  Movies: {overlay_files: [{file: config/mine.yml}, {default: ribbon}]}\n')
  const dropped = run.events.flatMap((event) => (event.type === 'overlay_file_failed' ? [event] : []))
  expect(dropped.map(({ file }) => file)).toEqual([
    { form: 'File', path: 'config/mine.yml' },
    { form: 'Default', path: 'ribbon' },
  ])
  expect(dropped[0]?.reason).toContain('file: config/mine.yml')
  expect(run.events.find(({ type }) => type === 'library_failed')).toMatchObject({ library: { mapping: 'Movies' } })
  expect(run.events.some(({ type }) => type === 'run_finished')).toBe(false)
  expect(plex.writes).toEqual([])
})

test('a library that Plex does not have fails in Kometa’s words', async () => {
  const plex = await startPlex(someOf(['The Kid'], []))
  const run = await render(plex, '  Films: {overlay_files: [{default: resolution}]}\n')
  const failed = run.events.find(({ type }) => type === 'library_failed')
  expect(failed).toMatchObject({ reason: "Plex Error: Plex Library 'Films' not found. Options: Movies, TV Shows" })
})

/** Mean difference between two pictures in a region, 0 to 255. */
async function difference(
  a: Buffer,
  b: Buffer,
  region: { left: number; top: number; width: number; height: number },
): Promise<number> {
  const [one, other] = await Promise.all(
    [a, b].map((image) => sharp(image).removeAlpha().toColourspace('srgb').extract(region).raw().toBuffer()),
  )
  if (!one || !other || one.length !== other.length) throw new Error('The regions differ in size')
  let sum = 0
  for (let i = 0; i < one.length; i++) sum += Math.abs((one[i] ?? 0) - (other[i] ?? 0))
  return sum / one.length
}
