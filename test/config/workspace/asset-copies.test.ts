import { mkdir, mkdtemp, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadJobConfig } from '../../../src/config/read/user-config.ts'
import { makeRunConfig } from '../../../src/config/run-config/run-config.ts'
import { createWorkspace } from '../../../src/config/workspace/workspace.ts'
import { ownIdentity } from '../../../src/util/process-identity.ts'

/** dimensional_asset_rename: Kometa renames in private copies of the asset folders. */
let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'asset-copies-'))
  for (const path of ['assets/Film/upright.jpg', 'assets/Film/token.yml', 'more/Show/any.png', 'plain/Other/x.png']) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), path)
  }
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const movies = 'Movies: {overlay_files: [{default: resolution}]'
async function load(settings: string, own = '') {
  const configPath = join(dir, 'config.yml')
  await writeFile(
    configPath,
    `plex: {url: "http://10.0.0.5:32400", token: kCANARYtoken}\nsettings: {${settings}}\nlibraries: {${movies}${own}}}\n`,
  )
  const config = await loadJobConfig({ kind: 'config', configPath }, { env: {} })
  const { text, changes } = makeRunConfig(config, {
    libraries: ['Movies'],
    proxies: [{ url: 'http://127.0.0.1:1', token: 'p' }],
  })
  const { settings: all, libraries } = parse(text)
  return { config, text, changes, all, own: libraries.Movies.settings }
}
const workspaceOf = async ({ config, text }: Awaited<ReturnType<typeof load>>) =>
  createWorkspace(config, {
    runConfigText: text,
    ratingKeysByLibrary: new Map(),
    parentDir: join(dir, 'workspaces'),
    owner: await ownIdentity(),
    userHome: dir,
  })

test("pictures of a copy are links, so a rename there does not reach the user's folder", async () => {
  const loaded = await load('asset_directory: [assets, missing, plain], dimensional_asset_rename: true')
  const [copy = '', missing, plain = ''] = loaded.all.asset_directory
  expect(missing).toBe('missing')
  expect(loaded.all.dimensional_asset_rename).toBe(true)
  expect(loaded.changes.join('\n')).toContain('settings.asset_directory: private copies of the folders')
  await using workspace = await workspaceOf(loaded)
  const film = join(workspace.cwd, copy, 'Film')
  // No YAML file is copied, since a config with a token could lie among the pictures.
  expect(await readdir(film)).toEqual(['upright.jpg'])
  expect(await readdir(join(workspace.cwd, plain, 'Other'))).toEqual(['x.png'])
  await rename(join(film, 'upright.jpg'), join(film, 'poster.jpg'))
  expect(await readlink(join(film, 'poster.jpg'))).toBe(join(dir, 'assets', 'Film', 'upright.jpg'))
  expect(await readdir(join(dir, 'assets', 'Film'))).toEqual(['token.yml', 'upright.jpg'])
  expect(workspace.userPlaces).toContainEqual([join(workspace.cwd, copy), join(dir, 'assets')])
})

test('the setting of a library takes precedence, whether on or off', async () => {
  const on = await load(
    'asset_directory: assets',
    ', settings: {asset_directory: more, dimensional_asset_rename: true}',
  )
  expect([on.all.dimensional_asset_rename, on.own.dimensional_asset_rename]).toEqual([false, true])
  await using workspace = await workspaceOf(on)
  expect(await readdir(join(workspace.cwd, on.own.asset_directory[0], 'Show'))).toEqual(['any.png'])
  const off = await load(
    'asset_directory: assets, dimensional_asset_rename: true',
    ', settings: {dimensional_asset_rename: false}',
  )
  expect(off.all.asset_directory).toBe('assets')
  expect([off.all.dimensional_asset_rename, off.own.dimensional_asset_rename]).toEqual([false, false])
})

test('without the setting, or without a folder, nothing is copied and nothing renamed', async () => {
  expect((await load('asset_directory: assets')).all).toMatchObject({
    asset_directory: 'assets',
    dimensional_asset_rename: false,
  })
  expect((await load('asset_directory: nowhere, dimensional_asset_rename: true')).all).toMatchObject({
    asset_directory: 'nowhere',
    dimensional_asset_rename: false,
  })
})

test('a link to a folder above itself does not loop', async () => {
  await symlink(join(dir, 'assets'), join(dir, 'assets', 'Film', 'again'), 'dir')
  const loaded = await load('asset_directory: assets, dimensional_asset_rename: true')
  await using workspace = await workspaceOf(loaded)
  expect(await readdir(join(workspace.cwd, loaded.all.asset_directory[0], 'Film', 'again', 'Film'))).toContain(
    'upright.jpg',
  )
})
