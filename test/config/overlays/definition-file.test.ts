import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findDefinitionFile } from '../../../src/config/overlays/definition-file.ts'
import { type JobConfig, loadJobConfig } from '../../../src/config/read/user-config.ts'

const configYml = `plex: {url: "http://10.0.0.5:32400", token: kCANARYtoken}
libraries:
  Movies:
    overlay_files:
      - default: resolution
      - file: config/badges.yml
      - file: config/broken.yml
      - folder: config/more/
      - url: https://example.org/far.yml
  Shows:
    overlay_files:
      - file: config/gone.yml
`

let dir = ''
let config: JobConfig

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'definition-file-'))
  const files = {
    'config/config.yml': configYml,
    'config/badges.yml': 'overlays:\n  Ten: {plex_search: {all: {}, limit: 10}}\n  7: {plex_all: true}\n',
    'config/broken.yml': 'overlays: {Lost: [\n',
    'config/more/seasons.yaml': 'overlays: {Deep: {plex_all: true}}\n',
    'defaults/overlays/resolution.yml': 'overlays: {4K: {plex_search: {all: {resolution: 4K}}}}\n',
    'config/more/notes.txt': 'overlays: {Noted: {plex_all: true}}\n',
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  config = await loadJobConfig({ kind: 'config', configPath: join(dir, 'config/config.yml') }, { env: {} })
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('the file that contains a definition, as the config names it', () => {
  test.each([
    ['Ten', 'config/badges.yml'],
    ['7', 'config/badges.yml'],
    ['Deep', join('config/more', 'seasons.yaml')],
    // In a default, in a file that is not YAML, in a file that Kometa does not load.
    ['4K', null],
    ['Lost', null],
    ['Noted', null],
  ])('%s: %s', async (definition, file) => {
    expect(await findDefinitionFile(config, 'Movies', definition)).toBe(file)
  })

  test('a default of Kometa, if its checkout is known', async () => {
    expect(await findDefinitionFile(config, 'Movies', '4K', dir)).toBe('default: resolution')
    expect(await findDefinitionFile(config, 'Movies', 'Ten', dir)).toBe('config/badges.yml')
  })

  test('none for another library, a missing file, or a library that is not in the config', async () => {
    expect(await findDefinitionFile(config, 'Shows', 'Ten')).toBeNull()
    expect(await findDefinitionFile(config, 'Music', 'Ten')).toBeNull()
  })
})
