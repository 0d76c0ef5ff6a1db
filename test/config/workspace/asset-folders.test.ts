import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createReach } from '../../../src/config/reach/reach.ts'
import { loadJobConfig } from '../../../src/config/read/user-config.ts'
import { assetFoldersOf, checkAssetFolders, hasAssetFolder } from '../../../src/config/workspace/asset-folders.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'asset-folders-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

/** The library "Movies" of a config in `<dir>/kometa/config`, with these settings of the config and of the library. */
async function load(settings: string, ofLibrary: string, folders: readonly string[]) {
  for (const folder of folders) await mkdir(join(dir, folder), { recursive: true })
  const configPath = join(dir, 'kometa/config/config.yml')
  await mkdir(dirname(configPath), { recursive: true })
  await writeFile(
    configPath,
    `plex: {url: "http://a:1", token: t}\nsettings: {${settings}}\nlibraries:\n` +
      `  Movies: {overlay_files: [{default: resolution}], settings: {${ofLibrary}}}\n`,
  )
  const config = await loadJobConfig({ kind: 'config', configPath }, { env: {} })
  const [library] = config.libraries
  if (!library) throw new Error('the config has no library')
  return { config, library }
}

test('folders start from the working directory; a list, one text, nothing', async () => {
  const { config, library } = await load('asset_directory: [assets, /abs]', 'asset_directory: ../more', [])
  const { document, kometaCwd } = config
  expect(kometaCwd).toBe(join(dir, 'kometa'))
  expect(assetFoldersOf(config, document)).toEqual([
    { value: 'assets', path: join(dir, 'kometa/assets') },
    { value: '/abs', path: '/abs' },
  ])
  expect(assetFoldersOf(config, library.data)).toEqual([{ value: '../more', path: join(dir, 'more') }])
  expect(assetFoldersOf(config, null)).toEqual([])
})

test.each([
  ['of the config', 'asset_directory: assets', '', ['kometa/assets'], true],
  ['of the library', '', 'asset_directory: own', ['kometa/own'], true],
  [
    'of the config, beside a missing one of the library',
    'asset_directory: assets',
    'asset_directory: own',
    ['kometa/assets'],
    true,
  ],
  ['that is missing', 'asset_directory: assets', '', [], false],
  ['that is not named', '', '', ['kometa/assets'], false],
])('a folder %s', async (_what, settings, ofLibrary, folders, expected) => {
  const { config, library } = await load(settings, ofLibrary, folders)
  expect(await hasAssetFolder(config, library)).toBe(expected)
})

test('each missing folder is a warning with its key; an existing one is none', async () => {
  const { config, library } = await load('asset_directory: [assets, gone]', `asset_directory: ${dir}/lost`, [
    'kometa/assets',
  ])
  expect(await checkAssetFolders(config, library)).toEqual([
    `settings.asset_directory: the folder gone does not exist (looked for at ${dir}/kometa/gone): overlays are not drawn on its pictures`,
    `"Movies": settings.asset_directory: the folder ${dir}/lost does not exist: overlays are not drawn on its pictures`,
  ])
})

test("a path of Kometa's container names the folder on this machine, if it may be read", async () => {
  const { config, library } = await load('asset_directory: /config/assets', '', ['kometa/config/assets'])
  const twin = join(dir, 'kometa/config/assets')
  expect(await checkAssetFolders(config, library)).toEqual([
    expect.stringContaining(`; ${twin} is there: in Kometa's container`),
  ])
  const reach = await createReach([{ folder: join(dir, 'kometa'), except: [twin] }], 'note')
  expect(await checkAssetFolders({ ...config, reach }, library)).toEqual([expect.not.stringContaining(twin)])
})
