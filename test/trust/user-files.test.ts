import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import { canaries, type JobWorld, run, scriptRenderer, startJobWorld } from '../e2e/job-world.ts'
import { folderState } from '../kometa/user-folder.ts'
import { makeImage } from '../support/images.ts'
import { recordFigure } from './figures.ts'

/**
 * Everything that Kometa writes, removes and renames in its config folder and its working directory (overlays.py,
 * cache.py, util.py).
 */
const whatKometaWrites = `
const fs = require('node:fs'), path = require('node:path')
const config = path.dirname(process.argv[1])
const put = (name) => { fs.mkdirSync(path.dirname(path.join(config, name)), { recursive: true }); fs.writeFileSync(path.join(config, name), 'written') }
const remove = (name) => fs.rmSync(path.join(config, name), { force: true })
for (const name of ['overlays/temp.jpg', 'overlays/Movies Original Posters/101.jpg', 'overlays/Movies Original Posters/999.png']) put(name)
for (const name of ['overlays/Movies Original Posters/101.png', 'overlays/Movies Original Posters/102.jpg']) remove(name)
for (const name of ['overlays/own.png', 'overlays/resolution/101.png']) { put(name); remove(name) }
for (const name of ['config.cache', 'kometa.cache', 'logs/meta.log', 'logs/Movies/library.log', 'UUID', 'title.basics.tsv', 'anidb_cache/1.xml']) put(name)
for (const name of ['config.yml', '.env', 'config.cache']) remove(name)
fs.writeFileSync(process.argv[1], 'settings: saved')
fs.writeFileSync('config.cache', 'written')
console.log('all of it is written')
`

/** A config folder as users have it: with files that Kometa would overwrite, and files that it only reads. */
async function writeUserFiles(world: JobWorld): Promise<void> {
  const image = await makeImage('jpg')
  const files: Record<string, string | Buffer> = {
    ...{ 'config.cache': 'sqlite', 'kometa.cache': 'sqlite', UUID: 'a-b-c', '.env': `KOMETA_X=${canaries.omdb}\n` },
    ...{ 'logs/meta.log': 'old\n', 'logs/Movies/library.log': 'old\n', 'title.basics.tsv': 'tt1\n' },
    ...{ 'anidb_cache/1.xml': '<a/>', 'assets/Nosferatu (1922)/poster.jpg': image, 'fonts/Own.ttf': 'font' },
    ...{ 'overlays/Movies Original Posters/101.png': image, 'overlays/Movies Original Posters/102.jpg': image },
    ...{ 'overlays/own.png': image, 'overlays/resolution/101.png': image, 'overlays/temp.jpg': image },
    ...{ 'movies.yml': 'overlays: {}\n', 'preview-notes.txt': 'mine' },
  }
  const old = new Date('2020-02-02T02:02:02Z')
  for (const [name, content] of Object.entries(files)) {
    const path = join(world.dir, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    utimesSync(path, old, old)
  }
  symlinkSync(join(world.dir, 'assets'), join(world.dir, 'posters'), 'junction')
  utimesSync(world.configPath, old, old)
}

const config = (url: string) => `plex: {url: "${url}", token: ${canaries.plex}}
tmdb: {apikey: ${canaries.tmdb}}
settings: {asset_directory: assets, cache: true, create_asset_folders: true}
libraries:
  Movies:
    overlay_files: [{default: resolution}]
    settings: {asset_directory: assets, create_asset_folders: true}
`

const endings = {
  'ends well': () => sampleRenderer(),
  'writes all its files': () => writer(''),
  'is killed while it writes': () => writer("process.kill(process.pid, 'SIGKILL')"),
  crashes: () => writer("throw new Error('Plex said no')"),
}
function writer(end: string) {
  return { ...scriptRenderer(''), args: (configPath: string) => ['-e', `${whatKometaWrites}\n${end}`, configPath] }
}

let files = 0
test.each(Object.entries(endings))('the user’s files keep bytes and times when Kometa %s', async (_name, renderer) => {
  await using world = await startJobWorld({ config })
  await writeUserFiles(world)
  // The job's own folders are next to the user's config in this world, as some users have them.
  mkdirSync(world.jobDir)
  mkdirSync(world.dataDir)
  const before = await folderState(world.dir)
  const { summary } = await run(world, { specs: ['Nosferatu', 'M'], renderer: renderer() })
  expect(summary.status).not.toBe('cancelled')
  const said = readFileSync(join(world.jobDir, 'logs/kometa-console.log'), 'utf8')
  expect(said.includes('all of it is written') || summary.status === 'success').toBe(true)
  rmSync(world.jobDir, { recursive: true })
  rmSync(world.dataDir, { recursive: true })
  const after = await folderState(world.dir)
  const own = (state: Record<string, string>) =>
    Object.fromEntries(Object.entries(state).filter(([name]) => name !== '.' && !/^\.\/(job|data)(\/|$)/.test(name)))
  expect(own(after)).toEqual(own(before))
  files += Object.keys(own(before)).length
  world.assertUntouched()
})

test('the figure', () => {
  expect(files).toBeGreaterThan(80)
  recordFigure({
    name: 'files of the user after a job (config, assets, Original Posters, cache): bytes and mtimes changed',
    value: `0 of ${files} files and folders, in ${Object.keys(endings).length} jobs`,
    goal: '0',
  })
})
