import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startOutsideWorld } from '../support/network/outside-world.ts'
import { openStudio, plexToken } from './open-studio.ts'

const nowhere = { PATH: process.env.PATH, HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1' }

test('Connect shows for the connected config what the doctor on the command line shows', async () => {
  await using it = await openStudio({ env: nowhere })
  const before = await it.get('getDoctor')
  expect(before.checks.find(({ id }) => id === 'config')).toMatchObject({ status: 'skipped' })

  await it.connect()
  const { checks, problems } = await it.get('getDoctor')
  const ids = new Set(checks.map(({ id }) => id))
  // The sample renderer has neither Python nor fonts; test/doctor tests those checks.
  for (const id of [
    'node',
    'folder',
    'disk',
    'port',
    'kometa',
    'isolation',
    'config',
    'overlays',
    'plex',
    'plex-version',
  ])
    expect(ids, id).toContain(id)
  for (const id of ['plex-token', 'plex-barrier', 'tls', 'library', 'tmdb-key', 'tmdb', 'github', 'clock'])
    expect(ids, id).toContain(id)
  // The studio itself uses its port.
  expect(checks.filter(({ id }) => id === 'port')).toHaveLength(1)
  expect(problems).toBe(2)
  expect(JSON.stringify(checks)).not.toContain(plexToken)
})

test('a connected config that cannot be used is the problem, in the words of the Connect screen', async () => {
  await using it = await openStudio({ env: nowhere, config: () => 'plex: {url: http://127.0.0.1:9}\nlibraries: {}\n' })
  const { problems: said } = await it.get('connect', { body: { kind: 'path', path: it.configPath } })
  const words = said.find(({ severity }) => severity === 'error')?.message ?? 'no error'
  const { checks } = await it.get('getDoctor')
  expect(checks.find(({ id }) => id === 'config')).toMatchObject({ status: 'problem', detail: words })
  expect(checks.find(({ id }) => id === 'plex')).toMatchObject({ status: 'skipped' })
})

test('if TMDb and GitHub can be reached, the studio has no problem', async () => {
  const certificates = mkdtempSync(join(tmpdir(), 'examine-'))
  await using outside = await startOutsideWorld(certificates)
  await using well = await openStudio({ env: { PATH: process.env.PATH, ...outside.env } })
  await well.connect()
  const { checks, problems } = await well.get('getDoctor')
  expect(problems, JSON.stringify(checks)).toBe(0)
  rmSync(certificates, { recursive: true, force: true })
})
