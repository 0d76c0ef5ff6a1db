import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { summarySchema } from '../../src/contract/summary.ts'
import { seen } from '../cli/cli.ts'

/** `npm test` has built by now; a build in the middle of it would pull the rug from under other tests. */
const built = process.env.KOMETA_PREVIEW_TEST_BUILT === '1'
if (!built) console.error('SKIPPED: the package: it is packed from a build (npm test)')

const repository = fileURLToPath(new URL('../..', import.meta.url))
const windows = process.platform === 'win32'
const npm = windows ? 'npm.cmd' : 'npm'
/** What a user downloads; the demo's pictures and the studio are most of it. */
const maxPackedBytes = 3 * 1024 * 1024
const packedSchema = z.tuple([
  z.object({ filename: z.string(), size: z.number(), files: z.array(z.object({ path: z.string() })) }),
])

describe.skipIf(!built)('the npm package', () => {
  let dir = ''
  let packed: z.infer<typeof packedSchema>[0]
  let command = ''
  const installed = () => (windows ? join(dir, 'prefix', 'node_modules') : join(dir, 'prefix', 'lib', 'node_modules'))
  const run = (...args: string[]) =>
    spawnSync(command, args, {
      cwd: dir,
      encoding: 'utf8',
      shell: windows,
      env: { PATH: process.env.PATH, SYSTEMROOT: process.env.SYSTEMROOT, HOME: dir },
    })

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'package-'))
    const npmRun = (args: string[], cwd: string) =>
      execFileSync(npm, args, { cwd, encoding: 'utf8', shell: windows, stdio: ['ignore', 'pipe', 'pipe'] })
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', dir]
    packed = packedSchema.parse(JSON.parse(npmRun(pack, repository)))[0]
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel', 'error']
    const install = ['install', '--global', '--prefix', join(dir, 'prefix'), ...quiet, join(dir, packed.filename)]
    npmRun(install, dir)
    command = windows ? join(dir, 'prefix', 'kometa-preview.cmd') : join(dir, 'prefix', 'bin', 'kometa-preview')
  }, 180_000)
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  test('holds what runs and what is to be read, and nothing else', () => {
    const allowed =
      /^(?:dist\/(?:web\/.+|[\w./-]+\.js|cli\/THIRD-PARTY-LICENSES\.md)|docs\/(?:decisions\/)?[\w.-]+\.(?:md|json|webp)|README\.md|LICENSE|CHANGELOG\.md|package\.json|src\/kometa\/python\/[\w-]+\.py|src\/demo\/files\/(?:posters|wide)\/[\w-]+\.avif|src\/demo\/files\/font\/(?:OFL\.txt|fonts\.conf|[\w-]+\.ttf))$/
    expect(packed.files.map(({ path }) => path).filter((path) => !allowed.test(path))).toEqual([])
    expect(packed.files.map(({ path }) => path).filter((path) => /\.test\.|\.map$/.test(path))).toEqual([])
    expect(packed.size).toBeLessThan(maxPackedBytes)
  })

  test('each compiled file is one that a program loads', () => {
    const compiled = packed.files.map(({ path }) => path).filter((path) => /^dist\/(?!web\/).*\.js$/.test(path))
    expect(compiled.filter((path) => /^dist\/(?:gate|plex|policy|proxy|run)\//.test(path))).toEqual([])
    const workers = ['kometa/process/supervisor-main', 'server/foreign-text/text-worker', 'images/difference-worker']
    for (const name of [...workers, 'demo/sample-renderer/main']) expect(compiled).toContain(`dist/${name}.js`)
  })

  test('every document that the README leads to is in it', () => {
    const readme = readFileSync(join(repository, 'README.md'), 'utf8')
    const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path = '']) => path)
    const paths = packed.files.map(({ path }) => path)
    // How to work on the code is read where the code is.
    expect(
      linked.filter((path) => !['CONTRIBUTING.md', 'SECURITY.md'].includes(path) && !paths.includes(path)),
    ).toEqual([])
  })

  test('no path of the machine that it was built on', () => {
    const own = join(installed(), 'kometa-preview')
    const paths = [repository.replace(/[\\/]$/, ''), homedir()].filter((path) => path.length > 5)
    const found = packed.files.filter(({ path }) => {
      const text = readFileSync(join(own, path), 'latin1')
      return paths.some((machine) => text.includes(machine))
    })
    expect(found).toEqual([])
  })

  test('runs after npm i -g: its version, its help, and a picture', () => {
    const version: unknown = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')).version
    expect(run('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
    expect(run('--help').stdout).toMatch(/Your first picture[^\n]*:\n +kometa-preview demo /)
    const out = join(dir, 'job')
    const demo = run('demo', '--once', '--out', out, '--data', join(dir, 'data'))
    expect(demo.status, demo.stderr).toBe(0)
    const summary = summarySchema.parse(JSON.parse(readFileSync(join(out, 'output', 'summary.json'), 'utf8')))
    expect(summary.status).toBe('success')
    for (const path of Object.values(summary.exported_files)) expect(existsSync(join(out, path))).toBe(true)
  })

  test.skipIf(windows)('its studio is in it', async () => {
    const child = spawn(command, ['demo', '--port', '0', '--data', join(dir, 'data')], {
      env: { PATH: process.env.PATH, HOME: dir },
    })
    try {
      const [, url] = await seen(child, 'stderr', /is at (http:\/\/\S+)/)
      const page = await (await fetch(url ?? '')).text()
      const script = /src="(\/[^"]+\.js)"/.exec(page)?.[1] ?? ''
      expect((await fetch(new URL(script, url))).headers.get('content-type')).toContain('javascript')
    } finally {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'close')
    }
  })
})
