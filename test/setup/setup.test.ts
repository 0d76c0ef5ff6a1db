import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create } from 'tar'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../../src/contract/errors.ts'
import { findKometa } from '../../src/kometa/install/find.ts'
import {
  findInstalled,
  listInstalled,
  readMarker,
  removeInstalled,
  writeMarker,
} from '../../src/kometa/install/installed.ts'
import { type SetupOptions, setUpKometa } from '../../src/kometa/install/setup.ts'
import { cli } from '../cli/cli.ts'
import { fakeCheckout, packRelease, releaseHost, standInUv, venvMissing } from './world.ts'

const noVenv = process.platform === 'win32' ? 'the stand-in for uv is a shell script' : venvMissing()
if (noVenv !== null) console.warn(`SKIPPED: installing Kometa: ${noVenv}`)

let folder = ''
let data = ''
let withUv: NodeJS.ProcessEnv = {}
let steps: string[] = []
let lines: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-'))
  data = join(folder, 'data')
  withUv = { ...offline, PATH: `${standInUv(join(folder, 'bin'))}:${offline.PATH}` }
  steps = []
  lines = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The environment of an offline machine without uv: pip has nothing to fetch for requirements that are empty. */
const offline = { PATH: process.env.PATH, HOME: process.env.HOME, PIP_NO_INDEX: '1' }

function options(more: Partial<SetupOptions> = {}): SetupOptions {
  return {
    dataDir: data,
    env: withUv,
    signal: new AbortController().signal,
    onStep: (step) => steps.push(step),
    onLine: (line) => lines.push(line),
    ...more,
  }
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, got ${String(error)}`)
  return error
}

/** Every file below a folder with its bytes and time: to see that nothing of it was touched. */
function state(dir: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path, `${statSync(path).mtimeMs} ${readFileSync(path, 'utf8')}`]),
  )
}

describe.skipIf(noVenv !== null)('from a checkout', () => {
  test('a copy with an environment of its own, that a run finds; the original is as it was', async () => {
    const own = fakeCheckout(join(folder, 'own'))
    const before = state(own)
    // No stand-in here: a real environment, and pip with nothing to install.
    const installed = await setUpKometa(options({ from: own, env: offline }))
    expect(steps).toEqual(['code', 'environment', 'requirements', 'check'])
    expect(readFileSync(join(data, 'kometa', 'setup-2.4.4.log'), 'utf8')).toMatch(/-m venv .*\n[\s\S]*-m pip install /)
    expect(installed).toMatchObject({ version: '2.4.4', dir: join(data, 'kometa', '2.4.4'), ready: true })
    expect(state(own)).toEqual(before)
    for (const left of ['config', '.git', 'kometa-venv', 'modules/__pycache__'])
      expect(existsSync(join(installed.dir, left))).toBe(false)
    const found = await findKometa({ env: { PATH: '' }, dataDir: data })
    expect(found).toMatchObject({ dir: installed.dir, version: '2.4.4', origin: 'setup' })
    expect(found.python.startsWith(join(installed.dir, '.venv'))).toBe(true)

    steps = []
    expect(await setUpKometa(options({ from: own }))).toMatchObject({ ready: true })
    expect(steps).toEqual([])
  })

  test('a setup that was interrupted goes on with the step that was not done', async () => {
    const own = fakeCheckout(join(folder, 'own'))
    writeFileSync(join(own, 'requirements.txt'), 'missing==1.0\n')
    const error = await failure(setUpKometa(options({ from: own })))
    expect(error).toMatchObject({ code: 'SETUP_FAILED', hint: expect.stringContaining('Start it again to continue') })
    expect(error.details.join('\n')).toContain('there is no version of missing')
    const dir = join(data, 'kometa', '2.4.4')
    expect(readFileSync(join(folder, 'bin', 'uv.log'), 'utf8').split('\n')).toEqual([
      `venv --python >=3.10,<3.14 ${dir}/.venv`,
      `pip install --python ${dir}/.venv/bin/python --requirement ${dir}/requirements.txt --compile-bytecode`,
      '',
    ])
    expect((await readMarker(dir))?.done).toEqual(['code', 'environment'])
    expect(await findInstalled(data)).toBe(null)
    await expect(findKometa({ env: {}, dataDir: data })).rejects.toMatchObject({ code: 'KOMETA_NOT_FOUND' })

    writeFileSync(join(dir, 'requirements.txt'), '')
    steps = []
    expect(await setUpKometa(options({ from: own }))).toMatchObject({ ready: true })
    expect(steps).toEqual(['requirements', 'check'])
  })

  test('a Python with which this Kometa would lose its arguments is refused, before anything is installed', async () => {
    const own = fakeCheckout(join(folder, 'own'))
    const asked = join(folder, 'bin', 'uv.log')
    const newest = join(folder, 'python3.14')
    writeFileSync(newest, '#!/bin/sh\necho 3.14.0\n', { mode: 0o755 })
    const refused = { code: 'KOMETA_REQUIREMENTS', message: expect.stringContaining('loses its arguments on Python') }
    expect(await failure(setUpKometa(options({ from: own, env: offline, python: newest })))).toMatchObject(refused)
    // uv takes what it is told, or finds what it was asked for: what it made is looked at.
    const uv = `#!/bin/sh\necho "$*" >> '${asked}'\nmkdir -p "$4/bin" && cp '${newest}' "$4/bin/python"\n`
    writeFileSync(join(folder, 'bin', 'uv'), uv, { mode: 0o755 })
    expect(await failure(setUpKometa(options({ from: own, python: '3.14' })))).toMatchObject(refused)
    expect(readFileSync(asked, 'utf8')).toBe(`venv --python 3.14 ${join(data, 'kometa', '2.4.4', '.venv')}\n`)
    expect(await findInstalled(data)).toBe(null)
    const later = fakeCheckout(join(folder, 'later'), '2.5.0')
    // Its stand-in for an interpreter answers no more than its version.
    const error = await failure(setUpKometa(options({ from: later, python: '3.14' })))
    expect(error.code).not.toBe('KOMETA_REQUIREMENTS')
  })

  test('an environment that was half made is made anew', async () => {
    const own = fakeCheckout(join(folder, 'own'))
    const { dir, marker } = await setUpKometa(options({ from: own }))
    await writeMarker(dir, { ...marker, done: ['code'] })
    rmSync(join(dir, '.venv', process.platform === 'win32' ? 'Scripts' : 'bin'), { recursive: true })
    writeFileSync(join(dir, '.venv', 'half'), '')
    steps = []
    await setUpKometa(options({ from: own }))
    expect(steps).toEqual(['environment', 'requirements', 'check'])
    expect(existsSync(join(dir, '.venv', 'half'))).toBe(false)
  })

  test('versions live side by side; the newest is taken, another by its name; one can be removed', async () => {
    for (const version of ['2.4.4', '2.4.10', '2.3.0']) {
      await setUpKometa(options({ from: fakeCheckout(join(folder, version), version) }))
    }
    expect((await listInstalled(data)).map(({ version }) => version)).toEqual(['2.4.10', '2.4.4', '2.3.0'])
    const version = async (dir?: string) =>
      (await findKometa({ env: {}, dataDir: data, ...(dir === undefined ? {} : { dir }) })).version
    expect(await version()).toBe('2.4.10')
    expect(await version('2.4.4')).toBe('2.4.4')
    await removeInstalled(data, '2.4.10')
    expect(await version()).toBe('2.4.4')
    expect(readdirSync(join(data, 'kometa')).filter((name) => name.includes('2.4.10'))).toEqual(['setup-2.4.10.log'])
    expect((await failure(removeInstalled(data, '../..'))).code).toBe('KOMETA_NOT_FOUND')
  })

  test('cancelled while pip works: ended at once, and resumed later', async () => {
    const own = fakeCheckout(join(folder, 'own'))
    writeFileSync(join(own, 'requirements.txt'), '# slow\n')
    const controller = new AbortController()
    const cancelled = setUpKometa(
      options({
        from: own,
        signal: controller.signal,
        onStep: (step) => {
          steps.push(step)
          if (step === 'requirements') setImmediate(() => controller.abort())
        },
      }),
    )
    expect((await failure(cancelled)).code).toBe('CANCELLED')
    const dir = join(data, 'kometa', '2.4.4')
    expect((await readMarker(dir))?.done).toEqual(['code', 'environment'])
    writeFileSync(join(dir, 'requirements.txt'), '')
    expect(await setUpKometa(options({ from: own }))).toMatchObject({ ready: true })
  })
})

test.skipIf(noVenv !== null || process.platform === 'win32')(
  'what runs as its owner for everybody (setuid, setgid) does not in the install',
  async () => {
    const own = fakeCheckout(join(folder, 'from'))
    chmodSync(join(own, 'kometa.py'), 0o6777)
    chmodSync(join(own, 'modules'), 0o3777)
    const archive = join(folder, 'own.tar.gz')
    await create({ file: archive, cwd: folder, gzip: true }, ['from'])
    for (const from of [own, archive]) {
      const { dir } = await setUpKometa(options({ from }))
      const modes = ['kometa.py', 'modules'].map((name) => statSync(join(dir, name)).mode & 0o7777)
      expect([from, modes]).toEqual([from, [0o755, 0o755]])
      rmSync(dir, { recursive: true })
    }
  },
)

describe('from a release', () => {
  test.skipIf(noVenv !== null)(
    'fetched through a redirect, its checksum written down, the download cleared away',
    async () => {
      const archive = readFileSync(await packRelease(folder, '2.4.4', join(folder, 'release.tar.gz')))
      await using host = await releaseHost((path) =>
        path === '/elsewhere' ? { status: 200, body: archive } : { status: 302, location: '/elsewhere' },
      )
      const bytes: number[] = []
      const installed = await setUpKometa(options({ releases: host.releases, onBytes: (count) => bytes.push(count) }))
      expect(host.requests).toEqual(['/v2.4.4.tar.gz', '/elsewhere'])
      expect(bytes.at(-1)).toBe(archive.length)
      expect(readFileSync(join(installed.dir, 'kometa.py'), 'utf8')).toContain('Kometa')
      expect(existsSync(join(installed.dir, 'config'))).toBe(false)
      const sums: unknown = JSON.parse(readFileSync(join(data, 'kometa', 'checksums.json'), 'utf8'))
      expect(sums).toMatchObject({ '2.4.4': { sha256: installed.marker.sha256 } })
      expect(readdirSync(join(data, 'kometa', 'downloads'))).toEqual([])

      await removeInstalled(data, '2.4.4')
      await setUpKometa(options({ releases: host.releases }))
      expect(lines.join('\n')).toContain('the same as on')
    },
  )

  test('other bytes under a known version are refused, and not kept', async () => {
    const archive = readFileSync(await packRelease(folder, '2.4.4', join(folder, 'release.tar.gz')))
    await using host = await releaseHost(() => ({ status: 200, body: archive }))
    mkdirSync(join(data, 'kometa'), { recursive: true })
    const known = { '2.4.4': { sha256: 'f'.repeat(64), url: 'x', first_seen: '2026-01-02T03:04:05.000Z' } }
    writeFileSync(join(data, 'kometa', 'checksums.json'), JSON.stringify(known))
    const error = await failure(setUpKometa(options({ releases: host.releases })))
    expect(error).toMatchObject({
      code: 'SETUP_FAILED',
      message: expect.stringContaining('differs from the one of 2026-01-02'),
    })
    expect(await listInstalled(data)).toEqual([])
    expect(readdirSync(join(data, 'kometa', 'downloads'))).toEqual([])
  })

  test.each([
    ['a release that is not there', { status: 404 }, 'DOWNLOAD_FAILED', /no such file/],
    ['a host that is broken', { status: 500 }, 'DOWNLOAD_FAILED', /status 500/],
    [
      'a redirect to another host',
      { status: 302, location: 'http://127.0.0.1:9/' },
      'DOWNLOAD_FAILED',
      /not on the list/,
    ],
    ['a redirect without end', { status: 302, location: '/again' }, 'DOWNLOAD_FAILED', /more than 5 redirects/],
    [
      'an answer that breaks off',
      { status: 200, body: Buffer.alloc(100_000), cut: true },
      'DOWNLOAD_FAILED',
      /could not be fetched/,
    ],
    ['an archive that is none', { status: 200, body: Buffer.from('hello') }, 'SETUP_FAILED', /cannot be unpacked/],
  ])('%s', async (_name, answer, code, words) => {
    await using host = await releaseHost(() => answer)
    const error = await failure(setUpKometa(options({ releases: host.releases })))
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) })
    expect(await listInstalled(data)).toEqual([])
    expect(readdirSync(join(data, 'kometa')).filter((name) => name.startsWith('.new'))).toEqual([])
  })

  test('an archive of another version than was asked for', async () => {
    const archive = readFileSync(await packRelease(folder, '2.4.3', join(folder, 'release.tar.gz')))
    await using host = await releaseHost(() => ({ status: 200, body: archive }))
    expect((await failure(setUpKometa(options({ releases: host.releases, version: '2.4.4' })))).message).toContain(
      'is Kometa 2.4.3, not 2.4.4',
    )
    expect((await failure(setUpKometa(options({ version: '../../x' })))).code).toBe('BAD_USAGE')
  })
})

test('a folder that is no Kometa', async () => {
  mkdirSync(join(folder, 'empty'))
  expect((await failure(setUpKometa(options({ from: join(folder, 'empty') })))).message).toContain('no kometa.py')
  expect((await failure(setUpKometa(options({ from: join(folder, 'nowhere') })))).code).toBe('BAD_USAGE')
})

describe('finding order', () => {
  test.skipIf(noVenv !== null)("--kometa, KOMETA_HOME, the image's own, what setup installed", async () => {
    const [named, home, image] = ['named', 'home', 'image'].map((name) => fakeCheckout(join(folder, name)))
    await setUpKometa(options({ from: fakeCheckout(join(folder, 'from')) }))
    const env = { PATH: process.env.PATH, KOMETA_HOME: home, KOMETA_PREVIEW_IMAGE_KOMETA: `/nowhere:${image}` }
    const origins = async (found: object) => (await findKometa({ env: {}, dataDir: data, ...found })).origin
    expect(await origins({ dir: named, env })).toBe('--kometa')
    expect(await origins({ env })).toBe('KOMETA_HOME')
    expect(await origins({ env: { ...env, KOMETA_HOME: '' } })).toBe('image')
    expect(await origins({ env: { PATH: env.PATH } })).toBe('setup')
  })
})

test.skipIf(noVenv !== null)(
  'the command: installs, lists, removes',
  async () => {
    const own = fakeCheckout(join(folder, 'own'))
    const run = (...args: string[]) => cli(['setup', ...args, '--data', data], withUv)
    const first = await run('--from', own)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(/^1\/4 Kometa's code\n[\s\S]*4\/4 check\n[\s\S]*Kometa 2\.4\.4 is ready in /)
    expect((await run('--list')).stdout).toMatch(/^2\.4\.4 +ready, used unless you name another one\n/)
    expect((await run('--remove', '2.4.4')).stdout).toBe('Removed Kometa 2.4.4.\n')
    expect((await run('--list')).stdout).toContain('No Kometa is installed')
  },
  120_000,
)
