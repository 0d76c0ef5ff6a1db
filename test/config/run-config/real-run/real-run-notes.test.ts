import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadJobConfig } from '../../../../src/config/read/user-config.ts'
import { realRunNotes } from '../../../../src/config/run-config/real-run/real-run-notes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'real-run-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const targets = new Map([['Movies', [{ title: 'Metropolis (1927)', topTitle: 'Metropolis' }]]])
const text = (words: string, more = '') =>
  `overlays:\n  one: {overlay: {name: "text(${words})"}, plex_all: true${more}}\n`

async function notes(library: string, files: Record<string, string>, settings = ''): Promise<string[]> {
  const all = {
    'config/config.yml': `plex: {url: "http://127.0.0.1:1", token: aaaaaaaaaa}\ntmdb: {apikey: b}\n${settings}libraries:\n  Movies:\n${library}\n    overlay_files: [{file: config/o.yml}]\n`,
    ...files,
  }
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  const configPath = join(folder, 'config/config.yml')
  const config = await loadJobConfig({ kind: 'config', configPath }, { env: {} })
  const now = new Date(2026, 10, 30, 14)
  return realRunNotes(config, { libraries: ['Movies'], kometaDir: null, targets, now })
}

test('ratings that operations change are reported once for each kind, if an overlay reads them', async () => {
  const operations =
    '    operations: {mass_critic_rating_update: 5.5, mass_audience_rating_update: [mdb_tmdb, 9.4], mass_genre_update: tmdb, mass_user_rating_update: lock}'
  const overlays = text('<<critic_rating#>> <<audience_rating#>> <<user_rating>>')
  expect(await notes(operations, { 'config/o.yml': overlays })).toEqual([
    '"Movies": a real run changes critic ratings before it draws (operations: mass_critic_rating_update); this preview shows those that Plex has now',
    '"Movies": a real run changes audience ratings before it draws (operations: mass_audience_rating_update); this preview shows those that Plex has now',
  ])
  expect(
    await notes(operations, { 'config/o.yml': overlays }, 'settings: {run_order: [overlays, operations]}\n'),
  ).toEqual([])
  const scheduled = '    operations: [{mass_critic_rating_update: tmdb, schedule: weekly(sunday)}]'
  expect(await notes(scheduled, { 'config/o.yml': overlays })).toEqual([
    expect.stringContaining('(operations: mass_critic_rating_update, not today by its schedule weekly(sunday))'),
  ])
})

test('a poster and a rating that a metadata file sets for a target', async () => {
  const files = {
    'config/o.yml': text('<<critic_rating#>>'),
    'config/m.yml':
      'metadata:\n  metropolis: {url_poster: "https://x.example/p.jpg", critic_rating: 9, studio: A}\n  Nosferatu: {url_poster: "https://x.example/q.jpg"}\n',
  }
  expect(await notes('    metadata_files: [{file: config/m.yml}]', files)).toEqual([
    '"Movies": a real run sets the poster of Metropolis (1927) before it draws (config/m.yml); this preview shows what Plex has now',
    '"Movies": a real run sets the critic rating of Metropolis (1927) before it draws (config/m.yml); this preview shows what Plex has now',
  ])
})

test('a label and a collection that an overlay searches for and that collection files make', async () => {
  const files = {
    'config/o.yml': `overlays:
  top: {overlay: {name: top}, plex_search: {all: {label: [Top, Other]}}}
  trend: {overlay: {name: t}, plex_search: {all: {collection: Trending}}}
`,
    'config/c.yml': `templates: {t: {item_label: Top}}
collections:
  Trending: {tmdb_trending_daily: 20, item_label: Unused}
  Classics: {plex_all: true}
`,
  }
  expect(
    await notes(
      '    collection_files: [{file: config/c.yml}, {default: basic}]\n    image_files: [{file: config/i.yml}]',
      files,
    ),
  ).toEqual([
    '"Movies": a real run sets posters before it draws (image_files); this preview draws on those that Plex shows now',
    expect.stringContaining('sets the label "Top" before it draws (config/c.yml: item_label)'),
    expect.stringContaining('makes or fills the collection "Trending" before it draws (config/c.yml)'),
  ])
})
