import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { AppError } from '../../src/contract/errors.ts'
import { startOutsideWorld } from '../support/network/outside-world.ts'
import { type Case, type DoctorWorld, startDoctorWorld } from './examine.ts'

let world: DoctorWorld
beforeAll(async () => {
  world = await startDoctorWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('all is well: every check that the studio and scripts know is there, a line each', async () => {
  const { checks, problems, found, one } = await world.examine()
  expect(problems, JSON.stringify(checks, null, 1)).toBe(0)
  expect([...new Set(checks.map(({ id }) => id))]).toEqual([
    ...['node', 'folder', 'disk', 'port', 'python', 'kometa', 'requirements', 'fonts', 'isolation', 'config'],
    ...['overlays', 'plex', 'plex-version', 'plex-token', 'plex-barrier', 'tls', 'library'],
    ...['tmdb-key', 'tmdb', 'github', 'clock'],
  ])
  expect(found('folder')).toHaveLength(2)
  expect(one('python')?.detail).toMatch(/^3\.11\.2, /)
  expect(one('plex-version')?.detail).toMatch(/^\d+\./)
  expect(one('tmdb')).toMatchObject({ status: 'ok', detail: 'can be reached and takes the key' })
  for (const id of ['plex', 'plex-token', 'plex-barrier', 'tls', 'tmdb-key', 'github', 'clock'])
    expect(one(id), id).toMatchObject({ status: 'ok' })
  expect(world.plex.writes).toEqual([])
})

/** What is wrong is named, and the other checks are made all the same. */
async function expectProblem(given: Case, id: string, words: RegExp, advice = /./) {
  const report = await world.examine(given)
  const { one, problems } = report
  expect(one(id)).toMatchObject({ status: 'problem', detail: expect.stringMatching(words) })
  expect(one(id)?.fix).toMatch(advice)
  expect(problems).toBeGreaterThan(0)
  expect(one('github')).toMatchObject({ status: 'ok' })
  return report
}

test.each(['v18.20.1', 'v20.18.3', 'v21.7.0', 'v22.11.0'])('Node %s', async (nodeVersion) => {
  await expectProblem({ nodeVersion }, 'node', /not supported/, /Install Node/)
})

test.each([
  ['KOMETA_NOT_FOUND', 'kometa'],
  ['KOMETA_UNSUPPORTED', 'kometa'],
  ['PYTHON_NOT_FOUND', 'python'],
  ['KOMETA_REQUIREMENTS', 'requirements'],
  ['DOCKER_UNAVAILABLE', 'docker'],
] as const)('%s stands on the line of %s', async (code, id) => {
  const kometa = () => Promise.reject(new AppError(code, 'It is not there.', { hint: 'Install it.' }))
  await expectProblem({ kometa }, id, /It is not there/, /Install it/)
})

test('a config that is not there, or is no YAML: Plex is not asked, and that is said', async () => {
  const config = () => loadJobConfig({ kind: 'config', configPath: join(world.folder, 'nowhere.yml') }, { env: {} })
  const { one } = await expectProblem({ config }, 'config', /nowhere\.yml/)
  expect(one('plex')).toMatchObject({ status: 'skipped' })
  await expectProblem({ configText: 'plex: [\n' }, 'config', /config\.yml, line \d+/)
})

test('no config: the rest is looked at', async () => {
  const { one, problems } = await world.examine({ config: null })
  expect(problems).toBe(0)
  expect(one('config')).toMatchObject({ status: 'skipped', fix: expect.stringContaining('--config') })
})

test('a library that Plex does not know, an overlay file that is not there, a TMDb key that is missing', async () => {
  const configText = world.goodConfig()
  await expectProblem({ configText: configText.replace('Movies:', 'Films:') }, 'library', /Films/)
  await expectProblem({ configText: configText.replace('ours.yml', 'nowhere.yml') }, 'overlays', /nowhere\.yml/)
  await expectProblem({ configText: configText.replace(/\{overlay_files.*/, '{}') }, 'config', /overlay/)
  const { found } = await expectProblem({ configText: configText.replace(/tmdb:.*\n/, '') }, 'tmdb-key', /missing/)
  expect(found('config').filter(({ status }) => status === 'warning')).toEqual([])
})

test('an overlay file that lacks a part of it is a warning', async () => {
  const lines = [
    'overlays:',
    '  mark: {plex_all: true, overlay: {name: mark, file: no.png}}',
    '  soft: {plex_all: true, overlay: {name: blur(5)}}',
  ]
  writeFileSync(join(world.folder, 'half.yml'), `${lines.join('\n')}\n`)
  const { one } = await world.examine({ configText: world.goodConfig().replace('ours.yml', 'half.yml') })
  expect(one('overlays')).toMatchObject({ status: 'warning', detail: expect.stringContaining('no.png') })
})

test('a secret that stands where none should is not shown', async () => {
  const configText = world.goodConfig().replace('ours.yml', `${world.plex.token}.yml`)
  const { one } = await world.examine({ configText })
  expect(one('overlays')).toMatchObject({ status: 'problem', detail: expect.stringContaining('(redacted)') })
})

test('no way to the outside: TMDb and GitHub are problems, and nobody tells the time', async () => {
  const env = { PATH: process.env.PATH, HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' }
  const { one } = await world.examine({ env })
  expect(one('tmdb')).toMatchObject({ status: 'problem', detail: expect.stringContaining('ECONNREFUSED') })
  expect(one('github')).toMatchObject({ status: 'problem', fix: expect.stringContaining('50 s') })
  expect(one('clock')).toMatchObject({ status: 'skipped' })
})

test.each([
  ['api.themoviedb.org/3/configuration', 401, 'tmdb', 'problem', /refuses tmdb\.apikey/, /Copy the key/],
  ['api.themoviedb.org/3/configuration', 503, 'tmdb', 'warning', /status 503/, /later/],
  ['raw.githubusercontent.com/Kometa-Team/Kometa/master/VERSION', 429, 'github', 'problem', /status 429/, /50 s/],
] as const)('%s answers with %i', async (address, status, id, how, words, advice) => {
  await using outside = await startOutsideWorld(join(world.folder, 'outside'), { refuses: { [address]: status } })
  const { one } = await world.examine({ env: { PATH: process.env.PATH, ...outside.env } })
  expect(one(id)).toMatchObject({ status: how, detail: expect.stringMatching(words) })
  expect(one(id)?.fix).toMatch(advice)
})

test.each([
  [6 * 60_000, 'warning', '6 min fast'],
  [-90 * 60_000, 'warning', '90 min slow'],
  [2 * 60_000, 'ok', 'right'],
])('a clock that is off by %i ms', async (offMs, status, detail) => {
  const { one } = await world.examine({ now: () => Date.now() + offMs })
  expect(one('clock')).toMatchObject({ status, detail })
})

test('warnings: no fonts, an older Kometa, a package that is missing', async () => {
  const kometa = async () => {
    const usual = world.renderer()
    rmSync(join(usual.dir ?? '', 'fonts'), { recursive: true })
    mkdirSync(join(usual.dir ?? '', 'fonts'))
    return { ...usual, version: '2.3.0', supported: false, warnings: ['Python package lxml is missing (no module).'] }
  }
  const { one, warnings } = await world.examine({ kometa })
  for (const id of ['fonts', 'kometa', 'kometa-warning']) expect(one(id), id).toMatchObject({ status: 'warning' })
  expect(warnings).toBeGreaterThanOrEqual(3)
})

test('cancelled: it ends, and does not report problems that are none', async () => {
  const error = new AppError('CANCELLED', 'cancelled')
  await expect(world.examine({ kometa: () => Promise.reject(error) })).rejects.toBe(error)
})

test('definitions that Kometa certainly leaves out are named; a library of which nothing is left has a problem', async () => {
  const text = (name: string) => `  ${name}: {plex_all: true, overlay: {name: text(A)}}\n`
  const good = '  good: {plex_all: true, overlay: {name: blur(1)}}\n'
  writeFileSync(join(world.folder, 'faulty.yml'), `overlays:\n${text('one')}${good}${text('two')}`)
  writeFileSync(join(world.folder, 'hopeless.yml'), `overlays:\n${text('three')}`)
  const examine = async (files: string) => {
    const { found, problems } = await world.examine({
      configText: world.goodConfig().replace('{file: ours.yml}', files),
    })
    return { lines: found('overlays').map(({ status, detail }) => `${status} ${detail}`), problems }
  }
  const faulty =
    '"Movies": file: faulty.yml: one, two (the first in line 2): ' +
    "Overlay Error: Overlay attributes 'horizontal_offset' and 'vertical_offset' are required when using 'text'"
  const hopeless = '"Movies": file: hopeless.yml: Kometa does not draw its only definition. It is three (line 2): '
  expect(await examine('{file: faulty.yml}, {file: hopeless.yml}')).toEqual({
    lines: [`warning ${faulty}`, expect.stringContaining(`warning ${hopeless}`)],
    problems: 0,
  })
  expect(await examine('{file: hopeless.yml}')).toEqual({
    lines: [expect.stringContaining(`problem ${hopeless}`)],
    problems: 1,
  })
})
