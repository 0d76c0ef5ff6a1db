import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chooseIsolation } from '../../src/kometa/isolation/isolation.ts'
import { smallLibraries } from '../support/sample-plex.ts'
import { startSamplePlex, startUnwatchedPlex } from '../support/watched-plex.ts'
import { text, writeCheckout } from './checkout.ts'
import { casesOf, otherAddress, runMatrixCase } from './matrix.ts'
import { onEveryAddress } from './plex-on-every-address.ts'
import { writeStartMethod } from './start-methods.ts'

const script = readFileSync(fileURLToPath(new URL('stand_in_kometa.py', import.meta.url)), 'utf8')
const windows = process.platform === 'win32'
const python = windows
  ? ''
  : (spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout?.trim() ?? '')
await using isolation = await chooseIsolation('auto', { env: process.env, python: null })

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lost-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const token = 'kCANARYplexToken0001'
/** The user's Kometa with the user's config in it, whose overlay names images at every address of Plex. */
function userCheckout(plexUrl: string, images: readonly string[]): string {
  const overlays = images.map(
    (url, at) => `  Image ${at}:\n    plex_all: true\n    overlay:\n      name: image ${at}\n      url: ${url}\n`,
  )
  return writeCheckout(join(dir, 'Kometa'), {
    'kometa.py': script,
    'config/config.yml': [
      `plex:\n  url: ${plexUrl}\n  token: ${token}\ntmdb: {apikey: 0123456789abcdef0123456789abcdef}`,
      'libraries:\n  Movies: {overlay_files: [{file: config/overlays.yml}]}\n',
    ].join('\n'),
    'config/overlays.yml': `overlays:\n${overlays.join('')}`,
    'config/.env': 'KOMETA_DELETE_LABELS=true\n',
  })
}

describe.skipIf(python === '')('the stand-in', () => {
  test('loses its arguments with a preloading forkserver only, and then runs the user’s config', async () => {
    await using plex = await startUnwatchedPlex({ libraries: smallLibraries(), token })
    for (const [method, lost] of [
      ['fork', false],
      ['spawn', false],
      ['forkserver', true],
    ] as const) {
      const checkout = userCheckout(plex.url, [])
      const other = join(dir, 'other', 'kometa_run.yml')
      writeCheckout(join(dir, 'other'), { 'kometa_run.yml': text(checkout, 'config/config.yml') })
      const { stdout } = await promisify(execFile)(
        python,
        [join(checkout, 'kometa.py'), '--config', other, '--run', '--read-only-config'],
        { cwd: checkout, env: { PATH: process.env.PATH, PYTHONPATH: writeStartMethod(join(dir, method), method) } },
      )
      expect(stdout).toContain(`Using ${lost ? join(checkout, 'config', 'config.yml') : other} as config`)
      expect(text(checkout, 'config/config.yml').endsWith('# rewritten\n')).toBe(lost)
      rmSync(checkout, { recursive: true })
    }
  })
})

describe.skipIf(python === '')('a preview of a Kometa that is started with', () => {
  test.each(casesOf(isolation.mode === 'namespace'))('$method, isolation $isolate, Plex on $place', async (one) => {
    await using plex = await startSamplePlex({ libraries: smallLibraries(), token })
    const front = await onEveryAddress(plex.url)
    const hosts = ['127.0.0.1', 'localhost', ...(otherAddress === null ? [] : [otherAddress])]
    const images = hosts.map((host) => `http://${host}:${front.port}/library/sections/1/refresh?past=${host}`)
    const host = one.place === 'loopback' ? '127.0.0.1' : (otherAddress ?? '')
    const checkout = userCheckout(`http://${host}:${front.port}`, images)
    const { summary, lines, checkout: state } = await runMatrixCase(one, { dir, checkout, python, env: {} })
    // No request bypassed the proxy, nothing was written, and the user's files are unchanged.
    expect(front.seen.filter((line) => line.includes('past=') || !/^(GET|HEAD) /.test(line))).toEqual([])
    plex.assertUntouched()
    expect(state.after).toEqual(state.before)
    // Kometa did run with everything that was asked of it, and finished.
    expect(summary.kometa_runs).toMatchObject([{ finished: true, problems: [] }])
    expect(summary.blocked_write_attempts).toMatchObject([
      { method: 'PUT', path: expect.stringContaining('/library/sections/1/all') },
    ])
    expect(summary.verification).toMatchObject({ unchanged: true, writes_forwarded: 0 })
    // Each image was requested and refused by the gate at once.
    const refused = summary.gate.hosts.filter(({ verdict }) => verdict === 'block').map((entry) => entry.host)
    expect(refused.sort()).toEqual([...new Set(hosts)].sort())
    expect(lines.join('\n').includes('Kometa runs without isolation.')).toBe(one.isolate === 'off')
    const open = (summary.isolation.ways ?? []).filter(({ closed }) => !closed).map(({ way }) => way)
    expect(open).toEqual(one.isolate === 'on' ? [] : ['network', 'sockets', 'memory', 'config', 'files'])
  })
  test('even without its variables, it runs the run config beside its code', async () => {
    await using plex = await startSamplePlex({ libraries: smallLibraries(), token })
    const checkout = userCheckout(plex.url, ['http://127.0.0.1:9/refresh'])
    const one = { method: 'forkserver without variables', isolate: 'off', place: 'loopback' } as const
    const { summary, checkout: state } = await runMatrixCase(one, { dir, checkout, python, env: {} })
    expect(state.after).toEqual(state.before)
    expect(summary.kometa_runs).toMatchObject([{ finished: true, problems: [] }])
    expect(text(dir, 'job/logs/kometa-console.log')).toMatch(
      /Using \S+\/workspace-\w+\/kometa\/config\/config\.yml as config/,
    )
    // Nothing came from the user's .env, which asks Kometa to delete every label.
    expect(summary.blocked_write_attempts).toEqual([])
  })
})
