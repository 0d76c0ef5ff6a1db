import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/job-config.ts'
import { type DoctorCheck, doctorReportSchema } from '../../src/contract/doctor.ts'
import { AppError } from '../../src/contract/errors.ts'
import { type DoctorOptions, runDoctor } from '../../src/run/doctor.ts'
import type { Renderer } from '../../src/run/renderer.ts'
import { cli } from '../cli/cli.ts'
import { fakeCheckout } from '../setup/world.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/outside-world.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { type SamplePlex, startSamplePlex } from '../support/watched-plex.ts'

const key = 'distinctive0tmdb0key0123456789ab'
let certificates = ''
let outside: OutsideWorld
let plex: SamplePlex
let folder = ''

beforeAll(async () => {
  certificates = mkdtempSync(join(tmpdir(), 'doctor-outside-'))
  outside = await startOutsideWorld(certificates)
  plex = await startSamplePlex({
    libraries: smallLibraries(),
    witness: { token: ['sample-plex-token-01', 'wrongTokenWrongToken'], never: [key] },
  })
})
afterAll(async () => {
  await plex[Symbol.asyncDispose]()
  await outside[Symbol.asyncDispose]()
  rmSync(certificates, { recursive: true, force: true })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const goodConfig = () => `plex: {url: ${plex.url}, token: ${plex.token}}
tmdb: {apikey: ${key}}
libraries:
  Movies: {overlay_files: [{file: ours.yml}]}
`

function writeConfig(text: string): string {
  const path = join(folder, 'config.yml')
  writeFileSync(path, text)
  writeFileSync(join(folder, 'ours.yml'), 'overlays:\n  mark: {overlay: {name: blur(1)}, plex_all: true}\n')
  return path
}

function renderer(): Renderer {
  const dir = fakeCheckout(join(folder, 'kometa'))
  return {
    ...{
      kind: 'kometa',
      version: '2.4.4',
      commit: null,
      supported: true,
      warnings: [],
      dir,
      command: process.execPath,
    },
    args: () => [],
  }
}

interface Case extends Partial<DoctorOptions> {
  configText?: string
}

async function examine({ configText, ...more }: Case = {}) {
  const configPath = writeConfig(configText ?? goodConfig())
  const heard: DoctorCheck[] = []
  const report = await runDoctor(
    {
      env: { PATH: process.env.PATH, ...outside.env },
      dataDir: join(folder, 'data'),
      nodeVersion: process.version,
      studioPort: 0,
      kometa: async () => renderer(),
      config: () => loadJobConfig({ kind: 'config', configPath }, { env: {}, kometaCwd: folder }),
      signal: new AbortController().signal,
      ...more,
    },
    (check) => heard.push(check),
  )
  expect(heard).toEqual(report.checks)
  expect(doctorReportSchema.parse(report)).toEqual(report)
  expect(JSON.stringify(report)).not.toContain(plex.token)
  expect(JSON.stringify(report)).not.toContain(key)
  for (const { status, fix, id } of report.checks)
    if (status === 'problem') expect(fix, `${id} says what to do`).not.toBe('')
  const found = (id: string) => report.checks.filter((check) => check.id === id)
  return { report, found, one: (id: string) => found(id)[0] }
}

test('all is well: every check that the studio and scripts know is there', async () => {
  const { report, found, one } = await examine()
  expect(report.problems, JSON.stringify(report.checks, null, 1)).toBe(0)
  const ids = [...new Set(report.checks.map(({ id }) => id))]
  expect(ids).toEqual([
    ...['node', 'folder', 'disk', 'port', 'python', 'kometa', 'requirements', 'fonts', 'isolation', 'config'],
    ...['overlays', 'plex', 'plex-token', 'tls', 'library', 'tmdb', 'github', 'clock'],
  ])
  expect(found('folder')).toHaveLength(2)
  expect(one('plex')?.detail).toMatch(/version \d.*takes the token/)
  expect(one('tmdb')).toMatchObject({ status: 'ok', detail: 'can be reached and takes the key' })
  expect(one('github')).toMatchObject({ status: 'ok' })
  expect(one('clock')).toMatchObject({ status: 'ok' })
  expect(plex.writes).toEqual([])
})

describe('what is wrong is named, and the other checks are made all the same', () => {
  const expectProblem = async (given: Case, id: string, words: RegExp) => {
    const { one, report } = await examine(given)
    expect(one(id)).toMatchObject({ status: 'problem', detail: expect.stringMatching(words) })
    expect(report.problems).toBeGreaterThan(0)
    expect(one('github')).toMatchObject({ status: 'ok' })
  }

  test('a Node that is too old', async () => {
    await expectProblem({ nodeVersion: 'v18.20.1' }, 'node', /too old/)
    await expectProblem({ nodeVersion: 'v22.11.0' }, 'node', /too old/)
  })

  test('no Kometa', async () => {
    const kometa = () => Promise.reject(new AppError('KOMETA_NOT_FOUND', 'Where is Kometa?', { hint: 'Install it.' }))
    await expectProblem({ kometa }, 'kometa', /Where is Kometa/)
  })

  test('a config that is not there, or is no YAML', async () => {
    const config = () => loadJobConfig({ kind: 'config', configPath: join(folder, 'nowhere.yml') }, { env: {} })
    await expectProblem({ config }, 'config', /nowhere\.yml/)
    await expectProblem({ configText: 'plex: [\n' }, 'config', /config\.yml/)
  })

  test.each([
    ['Plex that does not answer', { url: () => 'http://127.0.0.1:9' }, 'plex', /127\.0\.0\.1:9/],
    ['a token that Plex refuses', { token: () => 'wrongTokenWrongToken' }, 'plex', /refuses the token/],
  ])('%s', async (_name, { url, token }: { url?: () => string; token?: () => string }, id, words) => {
    const configText = goodConfig()
      .replace(plex.url, url?.() ?? plex.url)
      .replace(plex.token, token?.() ?? plex.token)
    await expectProblem({ configText }, id, words)
  })

  test('a library that Plex does not know, an overlay file that is not there, a TMDb key that is missing', async () => {
    const configText = goodConfig()
    await expectProblem({ configText: configText.replace('Movies:', 'Films:') }, 'library', /Films/)
    await expectProblem({ configText: configText.replace('ours.yml', 'nowhere.yml') }, 'overlays', /nowhere\.yml/)
    await expectProblem({ configText: configText.replace(/\{overlay_files.*/, '{}') }, 'config', /overlay/)
    await expectProblem({ configText: configText.replace(/tmdb:.*\n/, '') }, 'tmdb-key', /missing/)
  })

  test('a data folder that is a file', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expectProblem({ dataDir: join(folder, 'file', 'data') }, 'folder', /ENOTDIR|ENOENT/)
  })
})

test('no way to the outside: TMDb and GitHub are problems, and nobody tells the time', async () => {
  const env = { PATH: process.env.PATH, HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' }
  const { one } = await examine({ env })
  expect(one('tmdb')).toMatchObject({ status: 'problem', detail: expect.stringContaining('ECONNREFUSED') })
  expect(one('github')).toMatchObject({ status: 'problem', fix: expect.stringContaining('50 s') })
  expect(one('clock')).toMatchObject({ status: 'skipped' })
})

test.each([
  [6 * 60_000, 'warning', '6 min fast'],
  [-90 * 60_000, 'warning', '90 min slow'],
  [2 * 60_000, 'ok', 'right'],
])('a clock that is off by %i ms', async (offMs, status, detail) => {
  const { one } = await examine({ now: () => Date.now() + offMs })
  expect(one('clock')).toMatchObject({ status, detail })
})

test('warnings: no fonts, an older Kometa, what Kometa would leave out', async () => {
  const kometa = async (): Promise<Renderer> => {
    const usual = renderer()
    rmSync(join(usual.dir ?? '', 'fonts'), { recursive: true })
    mkdirSync(join(usual.dir ?? '', 'fonts'))
    return { ...usual, version: '2.3.0', supported: false }
  }
  const { one, report } = await examine({ kometa })
  expect(one('fonts')).toMatchObject({ status: 'warning' })
  expect(one('kometa')).toMatchObject({ status: 'warning' })
  expect(report.warnings).toBeGreaterThanOrEqual(2)
})

test('a port that is taken is no problem: another is used', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { found } = await examine({ studioPort: port })
  expect(found('port')[1]).toMatchObject({ status: 'ok', detail: expect.stringContaining(`${port} is taken`) })
  await new Promise((resolve) => server.close(resolve))
})

test('cancelled: it ends, and does not report problems that are none', async () => {
  const error = new AppError('CANCELLED', 'cancelled')
  await expect(examine({ kometa: () => Promise.reject(error) })).rejects.toBe(error)
})

test('the command: a line per check, exit code 1 with a problem; --json prints the report alone', async () => {
  const args = ['doctor', '--data', join(folder, 'data'), '--config', writeConfig(goodConfig())]
  const env = { ...outside.env, HOME: folder }
  const lines = await cli(args, env)
  expect(lines.code).toBe(1)
  expect(lines.stdout).toMatch(/^ok {7}Node: v/)
  expect(lines.stdout).toMatch(/^problem {2}Kometa: Where is Kometa\? -> Install one with "kometa-preview setup"/m)
  expect(lines.stdout).toMatch(/\n1 problem, \d+ warnings?\.\n$/)
  const json = await cli([...args, '--json'], env)
  expect(json.code).toBe(1)
  expect(doctorReportSchema.parse(JSON.parse(json.stdout)).problems).toBe(1)
}, 120_000)
