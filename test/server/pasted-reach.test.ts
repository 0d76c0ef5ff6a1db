import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import { writeCheckout } from '../launch/checkout.ts'
import { listen } from './event-source.ts'
import { defaultConfig, openStudio, type TestStudio } from './open-studio.ts'

/**
 * A config that was pasted or edited, or that is in a foreign job folder, reveals nothing about files outside the
 * allowed folders.
 */
let it: TestStudio
let outside: string
/** The renderer has the folder of a Kometa, since without one, fonts and defaults are not checked. */
let withKometa: TestStudio

beforeAll(async () => {
  it = await openStudio()
  withKometa = await openStudio({
    plex: it.plex,
    makeRenderer: async () => ({ ...sampleRenderer(), dir: writeCheckout(join(it.dir, 'kometa')) }),
  })
  outside = join(it.dir, 'outside')
  const overlayFile = 'overlays: {Seen: {plex_all: true, overlay: {name: text(seen), file: nowhere.png}}}'
  const files = {
    'image.png': 'image',
    'font.ttf': 'font',
    'overlays.yml': overlayFile,
    'folder/one.yml': overlayFile,
    'broken.yml': 'a: [',
    'templates.yml': 'templates: {mine: {plex_all: true}}',
    'assets/Film/poster.png': 'poster',
    'collections.yml': 'collections: {Seen: {item_label: Seen, plex_all: true}}',
    'metadata.yml': 'metadata: {Nosferatu: {label: Seen}}',
    'playlists.yml': 'playlists: {Seen: {}}',
    'config.yml': defaultConfig(it.plex),
    'config/.env': 'A=b',
    'config/UUID': 'seen-seen-seen',
    'config/config.cache': 'cache',
    'overlays/Movies Original Posters/101.png': 'backup',
    'overlays/named.png': 'image',
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(outside, path)), { recursive: true })
    await writeFile(join(outside, path), text)
  }
  for (const name of ['image.png', 'font.ttf', 'overlays.yml', 'folder', 'assets', 'templates.yml'])
    for (const { dir } of [it, withKometa]) await symlink(join(outside, name), join(dir, 'config', `linked-${name}`))
}, 60_000)
afterAll(async () => {
  expect([...it.failures, ...withKometa.failures]).toEqual([])
  await withKometa[Symbol.asyncDispose]()
  await rm(withKometa.dir, { recursive: true, force: true })
  await it[Symbol.asyncDispose]()
})

/** The answers while the files outside are there, and without them. */
async function bothWays<T>(ask: () => Promise<T>): Promise<[there: T, gone: T]> {
  const there = await ask()
  await rename(outside, `${outside}-away`)
  try {
    return [there, await ask()]
  } finally {
    await rename(`${outside}-away`, outside)
  }
}

/** A library with one overlay file that can be used, and further keys. */
const withEntries = (studio: TestStudio, entries: string, more = ''): string =>
  `${defaultConfig(studio.plex).split('libraries:')[0]}${more}libraries:
  Movies:
    overlay_files:
      - default: resolution
${entries}`

const kinds: [string, (path: (name: string) => string, studio: TestStudio) => string][] = [
  ['an overlay file', (path, one) => withEntries(one, `      - file: ${path('overlays.yml')}\n`)],
  ['an overlay file by its bare path', (path, one) => withEntries(one, `      - ${path('overlays.yml')}\n`)],
  ['an overlay file without its ending', (path, one) => withEntries(one, `      - file: ${path('overlays')}\n`)],
  ['an overlay file that is broken', (path, one) => withEntries(one, `      - file: ${path('broken.yml')}\n`)],
  ['a folder of overlay files', (path, one) => withEntries(one, `      - folder: ${path('folder')}\n`)],
  ['a folder that is named by a pattern', (path, one) => withEntries(one, `      - folder: ${path('fold*')}\n`)],
  [
    'a default that climbs',
    (path, one) => withEntries(one, `      - default: ../../../../../../../../../..${path('overlays')}\n`),
  ],
  [
    'a font in template variables',
    (path, one) => withEntries(one, `        template_variables: {font: ${path('font.ttf')}}\n`),
  ],
  [
    'a font in template variables, beside the code',
    (path, one) =>
      withEntries(one, `        template_variables: {font: ../../../../../../../../..${path('font.ttf')}}\n`),
  ],
  [
    'an image in template variables',
    (path, one) => withEntries(one, `        template_variables: {file: ${path('image.png')}}\n`),
  ],
  ['an asset folder', (path, one) => withEntries(one, '', `settings: {asset_directory: [${path('assets')}]}\n`)],
  [
    'an asset folder of a library',
    (path, one) => withEntries(one, `    settings: {asset_directory: ${path('assets')}}\n`),
  ],
  [
    'collection and metadata files',
    (path, one) =>
      withEntries(
        one,
        `    collection_files: [{file: ${path('collections.yml')}}]\n    metadata_files: [{file: ${path('metadata.yml')}}]\n`,
      ),
  ],
  ['playlist files', (path, one) => withEntries(one, '', `playlist_files: [{file: ${path('playlists.yml')}}]\n`)],
  ['a report', (path, one) => withEntries(one, `    report_path: ${path('report.yml')}\n`)],
]

/** The ways to write a path outside. */
const spellings: [string, (studio: TestStudio) => (name: string) => string][] = [
  ['absolute', () => (name) => join(outside, name)],
  [
    'through an allowed folder',
    ({ dir }) =>
      (name) =>
        `${dir}/config/../../${it.dir.split('/').at(-1)}/outside/${name}`,
  ],
  [
    'by a link in an allowed folder',
    ({ dir }) =>
      (name) =>
        join(dir, 'config', `linked-${name}`),
  ],
  [
    'relative',
    ({ dataDir }) =>
      (name) =>
        `${'../'.repeat(dataDir.split('/').length + 3)}${join(outside, name).slice(1)}`,
  ],
]

function withoutIds({ id: _id, connectedAt: _at, ...said }: Record<string, unknown>): string {
  return JSON.stringify(said)
}

describe.each(spellings)('a path outside, %s', (_spelling, spell) => {
  test.each(kinds)('%s, pasted', async (_kind, make) => {
    for (const studio of [it, withKometa]) {
      const text = make(spell(studio), studio)
      const [there, gone] = await bothWays(async () =>
        withoutIds(await studio.get('connect', { body: { kind: 'text', text, name: 'config.yml' } })),
      )
      expect(there).toBe(gone)
    }
  })

  test.each(kinds)('%s, in an edit', async (_kind, make) => {
    await it.get('connect', { body: { kind: 'path', path: it.configPath } })
    const text = make(spell(it), it)
    const [there, gone] = await bothWays(async () =>
      withoutIds({ ...(await it.get('checkConfig', { body: { text } })) }),
    )
    expect(there).toBe(gone)
  })
})

test('the files outside that overlay files in an allowed folder name', async () => {
  const names = (path: (name: string) => string) => `external_templates: [{file: ${path('templates.yml')}}]
overlays:
  Image: {plex_all: true, overlay: {name: image, file: ${path('image.png')}}}
  Addon: {plex_all: true, overlay: {name: text(x), file: ${path('image.png')}, horizontal_offset: 1, vertical_offset: 1}}
  Font: {plex_all: true, overlay: {name: text(y), font: ${path('font.ttf')}, horizontal_offset: 1, vertical_offset: 1}}
  Kometa's: {plex_all: true, overlay: {name: own, default: ../../../../../../../../../../..${path('image')}}}
  Template: {plex_all: true, template: {name: mine}}
`
  for (const [, spell] of spellings) {
    await writeFile(join(withKometa.dir, 'config', 'own.yml'), names(spell(withKometa)))
    const text = withEntries(withKometa, `      - file: ${join(withKometa.dir, 'config', 'own.yml')}\n`)
    const body = { kind: 'text' as const, text, name: 'config.yml' }
    const [there, gone] = await bothWays(async () => {
      const connection = await withKometa.get('connect', { body })
      const doctor = await withKometa.get('getDoctor')
      const ofOverlays = doctor.checks.filter(({ id }) => id.startsWith('overlays') || id.startsWith('real-run'))
      return withoutIds({ ...connection, ofOverlays })
    })
    expect(there).toContain('there is no image')
    expect(there).toContain('there is no font')
    expect(there).toContain('--allow-folder')
    expect(there).toBe(gone)
  }
})

test('the files in an allowed folder are found as always', async () => {
  const path = join(it.dir, 'config', 'mine.yml')
  await writeFile(
    path,
    `overlays: {Mine: {plex_all: true, overlay: {name: image, file: ${join(it.dir, 'config', 'a.png')}}}}`,
  )
  await writeFile(join(it.dir, 'config', 'a.png'), 'image')
  const text = withEntries(it, `      - file: ${path}\n`, `settings: {asset_directory: ${join(it.dir, 'config')}}\n`)
  const { problems } = await it.get('connect', { body: { kind: 'text', text, name: 'config.yml' } })
  expect(problems).toEqual([])
})

test('a path that is typed, or chosen in the list of folders, reveals no more', async () => {
  const folder = join(it.dir, 'config')
  await symlink(join(outside, 'config.yml'), join(folder, 'linked-config.yml'))
  const paths = [outside, join(outside, 'config.yml'), join(folder, 'linked-config.yml')]
  const below = ['', 'one.yml', 'nothing.yml'].map((name) => join(folder, 'linked-folder', name))
  const [there, gone] = await bothWays(async () => {
    const said = [(await it.call('listFolder', { query: { path: folder } })).text]
    for (const path of [...paths, ...below]) {
      said.push((await it.call('connect', { body: { kind: 'path', path } })).text)
      said.push((await it.call('listFolder', { query: { path } })).text)
    }
    return said
  })
  expect(there).toEqual(gone)
  expect(there.slice(1).filter((words) => !words.includes('FORBIDDEN'))).toEqual([])
  expect(there[0]).toContain('config.yml')
  expect(there[0]).not.toContain('linked-')
})

async function ended(jobId: string) {
  using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
  await stream.until(({ event }) => event.type === 'closed')
  const { warnings, faults, status, problem, targets } = await it.get('getJob', { params: { jobId } })
  const ofTargets = targets.map(({ reason, notes, outcome, facts }) => ({ reason, notes, outcome, facts }))
  return JSON.stringify({ warnings, faults, status, problem, ofTargets }).replaceAll(jobId, 'JOB')
}

test('jobs of a pasted config, of an edit and of a foreign folder say the same in both cases', async () => {
  const text = withEntries(
    it,
    `      - file: ${join(outside, 'overlays.yml')}
      - folder: ${join(it.dir, 'config', 'linked-folder')}
    metadata_files: [{file: ${join(outside, 'metadata.yml')}}]
    settings: {asset_directory: ${join(outside, 'assets')}}
`,
  )
  const [there, gone] = await bothWays(async () => {
    const pasted = await it.get('connect', { body: { kind: 'text', text, name: 'config.yml' } })
    const targets = [{ server: pasted.servers[0]?.id ?? '', ratingKey: '101' }]
    const first = await it.get('startJob', { body: { connectionId: pasted.id, targets } })
    const said = [await ended(first.id)]

    const connected = await it.connect()
    const edit = await it.get('startJob', { body: { connectionId: connected.id, targets, configText: text } })
    said.push(await ended(edit.id))

    const jobs = join(it.dataDir, 'jobs')
    const record = JSON.parse(await readFile(join(jobs, edit.id, 'studio', 'job.json'), 'utf8'))
    const plant = async (id: string, config: Record<string, unknown>): Promise<string> => {
      const dir = join(jobs, id)
      await cp(join(jobs, edit.id), dir, { recursive: true })
      await writeFile(join(dir, 'studio', 'job.json'), JSON.stringify({ ...record, id, config }))
      await it.get('listJobs')
      return dir
    }
    const rerun = async (jobId: string, body: { use?: 'file'; configText?: string } = {}) => {
      const again = await it.call('rerunJob', { params: { jobId }, body })
      return again.status < 300 ? ended(again.body.id) : `${again.status} ${again.text}`
    }

    const foreign = await plant('foreign', record.config)
    await writeFile(join(foreign, 'config', 'config.yml'), text)
    await symlink(join(outside, 'overlays'), join(foreign, 'config', 'overlays'))
    const places = `kometa_config_dir: ${outside}, kometa_cwd: ${outside}`
    const preview = `preview: {config: config.yml, ${places}, targets: [{id: a, ratingKey: '101'}]}\n`
    await writeFile(join(foreign, 'config', 'preview.yml'), preview)
    said.push((await it.call('checkConfig', { body: { jobId: 'foreign', text } })).text, await rerun('foreign'))

    // This record names a file outside as the user's config.
    const named = { ...record.config, kind: 'path', path: join(outside, 'config.yml'), edited: false }
    const byPath = await plant('foreign-path', named)
    said.push((await it.call('checkConfig', { body: { jobId: 'foreign-path', text } })).text)
    for (const body of [{}, { use: 'file' as const }, { configText: text }])
      said.push(await rerun('foreign-path', body))
    for (const [id, dir] of [
      ['foreign', foreign],
      ['foreign-path', byPath],
    ] as const) {
      await it.call('deleteJob', { params: { jobId: id } })
      await rm(dir, { recursive: true, force: true })
    }
    return said
  })
  expect(there).toEqual(gone)
  expect(there.slice(0, 4).map((words) => words.includes('does not exist'))).toEqual([true, true, true, true])
  expect(there.slice(4).map((words) => words.includes('FORBIDDEN'))).toEqual([true, true, true, true])
}, 120_000)
