import { cp, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chooseIsolation } from '../../src/kometa/isolation/isolation.ts'
import { casesOf, otherAddress, runMatrixCase } from '../launch/matrix.ts'
import { onEveryAddress } from '../launch/plex-on-every-address.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import { startSamplePlex } from '../support/sample-plex.ts'
import { at, config, film, movies, overlays, text } from './make.ts'
import { pictureFile } from './pictures.ts'
import { writeUserFolder } from './user-folder.ts'

const { KOMETA_HOME: kometaHome = '', KOMETA_PYTHON: python = 'python3' } = process.env
await using isolation = await chooseIsolation('auto', { env: process.env, python: null })

let scratch = ''
let dir = ''
let outside: OutsideWorld | undefined
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kometa-lost-'))
  outside = await startOutsideWorld(join(scratch, 'outside'), {
    files: { 'image.tmdb.org/t/p/original/poster.jpg': pictureFile('poster.jpg') },
  })
})
afterAll(async () => {
  await outside?.[Symbol.asyncDispose]()
  await rm(scratch, { recursive: true, force: true })
})
beforeEach(async () => {
  dir = await mkdtemp(join(scratch, 'run-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** A separate checkout with the config in it: its code is a copy, its pictures and fonts are links. */
async function userCheckout(plex: { url: string; token: string }, images: readonly string[]): Promise<string> {
  const checkout = join(dir, 'Kometa')
  const copied = new Set(['kometa.py', 'modules', 'VERSION', 'PART', 'requirements.txt'])
  const pictures = images.map((url, index) => [
    `Image ${index}`,
    { plex_all: true, overlay: { name: `image ${index}`, url, ...at(0, 50 * index) } },
  ])
  await writeUserFolder(
    checkout,
    {
      'config/config.yml': config({ Movies: { overlay_files: [{ file: 'config/films.yml' }] } }),
      'config/films.yml': overlays({
        Everything: { plex_all: true, overlay: text('<<title>>', at(0, 100, ['center', 'bottom'])) },
        ...Object.fromEntries(pictures),
      }),
      'config/.env': 'KOMETA_DELETE_LABELS=true\n',
    },
    plex,
    kometaHome,
  )
  for (const name of await readdir(kometaHome)) {
    if (name.startsWith('.') || name === 'config') continue
    const from = join(kometaHome, name)
    if (copied.has(name)) {
      await cp(from, join(checkout, name), { recursive: true, filter: (path) => !path.includes('__pycache__') })
    } else await symlink(from, join(checkout, name))
  }
  await writeFile(join(checkout, 'config', 'UUID'), '00000000-0000-4000-8000-000000000000\n')
  return checkout
}

describe.skipIf(kometaHome === '')('the real Kometa, started with', () => {
  test.each(casesOf(isolation.mode === 'namespace'))('$method, isolation $isolate, Plex on $place', async (one) => {
    await using plex = await startSamplePlex({ libraries: [movies([film('101', 'Nosferatu')])] })
    const front = await onEveryAddress(plex.url)
    const hosts = ['127.0.0.1', 'localhost', ...(otherAddress === null ? [] : [otherAddress])]
    const images = hosts.map((host) => `http://${host}:${front.port}/library/sections/1/refresh?past=${host}`)
    const host = one.place === 'loopback' ? '127.0.0.1' : (otherAddress ?? '')
    const checkout = await userCheckout({ url: `http://${host}:${front.port}`, token: plex.token }, images)
    const env = { HOME: dir, ...outside?.env }
    const { summary, checkout: state } = await runMatrixCase(one, { dir, checkout, python, env })
    expect(front.seen.filter((line) => line.includes('past=') || !/^(GET|HEAD) /.test(line))).toEqual([])
    plex.assertUntouched()
    // The config, the UUID, no log, and no bytecode.
    expect(state.after).toEqual(state.before)
    expect(summary.targets).toMatchObject([
      { id: expect.any(String), status: 'exported', overlays_applied: ['Everything'] },
    ])
    expect(summary.verification).toMatchObject({ unchanged: true, writes_forwarded: 0 })
    const refused = summary.gate.hosts.filter(({ verdict }) => verdict === 'block')
    expect(refused.map((entry) => [entry.host, entry.count]).sort()).toEqual(hosts.map((each) => [each, 1]).sort())
    // The refused request tells which address was meant, in which definition, and why.
    for (const [index, url] of images.entries())
      expect(summary.config_faults).toContainEqual(
        expect.objectContaining({
          file: 'config/films.yml',
          definitions: [`Image ${index}`],
          words: expect.stringMatching(
            new RegExp(`^the image ${url.replace(/[.?]/g, '\\$&')} was not fetched: this is `),
          ),
        }),
      )
    expect(summary.isolation.mode).toBe(one.isolate === 'on' ? 'namespace' : 'none')
  })
})
