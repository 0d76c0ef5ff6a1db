import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type JobConfig, loadJobConfig } from '../../../src/config/read/user-config.ts'
import { makeRunConfig } from '../../../src/config/run-config/run-config.ts'
import { highestFolder } from '../../../src/config/workspace/highest-folder.ts'
import { removeStaleWorkspaces } from '../../../src/config/workspace/stale-workspaces.ts'
import { createWorkspace, type WorkspaceOptions } from '../../../src/config/workspace/workspace.ts'
import { ownIdentity } from '../../../src/util/process-identity.ts'

const isWindows = process.platform === 'win32'
let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'workspace-test-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function put(path: string, text = path): Promise<void> {
  const full = join(dir, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, text)
}

const user = [
  'kometa/kometa.py',
  'kometa/fonts/own.ttf',
  'kometa/.env',
  'kometa/assets/Movies/Film/poster.jpg',
  'kometa/config/my.yml',
  'kometa/config/.env',
  'kometa/config/fonts/x.ttf',
  'kometa/config/assets/Film/poster.jpg',
  'kometa/config/config.cache',
  'kometa/config/logs/meta.log',
  'kometa/config/UUID',
  'kometa/config/title.ratings.tsv',
  'kometa/config/anidb_cache/anime-titles.xml',
  'kometa/config/anidb_cache/sub/anime_1.xml',
  'kometa/config/overlays/named.png',
  'kometa/config/overlays/mine.yml',
  'kometa/config/overlays/temp.webp',
  'kometa/config/overlays/images/480.png',
  'kometa/config/overlays/images/deep/x.png',
  'kometa/config/overlays/4K/101.png',
  'kometa/config/overlays/4K/999.png',
  'kometa/config/overlays/TV  Shows Original Posters/101.webp',
  'kometa/config/overlays/TV  Shows Original Posters/101.txt',
  'kometa/config/overlays/TV  Shows Original Posters/1010.webp',
  'kometa/config/overlays/TV  Shows Original Posters/102.jpg',
  'kometa/config/overlays/TV  Shows Original Posters/102.png',
  'kometa/config/overlays/Other Original Posters/101.png',
  'home/.fonts/Home.ttf',
  'home/.local/share/fonts/Share.ttf',
  'home/Library/Fonts/Mac.ttf',
]
const yaml =
  'plex: {url: "http://10.0.0.5:32400", token: kCANARYtoken}\nlibraries: {"TV | Shows": {overlay_files: [{file: config/my.yml}]}}\n'

async function prepare(
  configPath = 'kometa/config/config.yml',
  more: { kometaCwd?: string; kometaConfigDir?: string } = {},
): Promise<JobConfig> {
  for (const path of user) await put(path)
  await put('kometa/config/UUID', '0f1e2d3c-aaaa-bbbb-cccc-1234567890ab')
  await put(configPath, yaml)
  return loadJobConfig({ kind: 'config', configPath: join(dir, configPath) }, { env: {}, ...more })
}

async function make(config: JobConfig, more: Partial<WorkspaceOptions> = {}) {
  const { text } = makeRunConfig(config, {
    libraries: ['TV | Shows'],
    proxies: [{ url: 'http://127.0.0.1:1', token: 'p' }],
  })
  return createWorkspace(config, {
    runConfigText: text,
    ratingKeysByLibrary: new Map([['TV | Shows', ['101', '102', '103']]]),
    parentDir: join(dir, 'workspaces'),
    owner: await ownIdentity(),
    userHome: join(dir, 'home'),
    ...more,
  })
}

/** path -> `dir`, `file` or `link`, for everything below that is not behind a link. */
async function tree(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    entries
      .map((entry) => [
        relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'),
        entry.isSymbolicLink() ? 'link' : entry.isDirectory() ? 'dir' : 'file',
      ])
      .sort(),
  )
}

/** Bytes and times of all files of the user. */
async function snapshot(): Promise<string[]> {
  const found: string[] = []
  for (const top of ['kometa', 'home', 'elsewhere']) {
    const entries = await readdir(join(dir, top), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name)
      const info = await lstat(path)
      found.push(
        `${relative(dir, path)} ${info.mtimeMs} ${info.mode} ${entry.isFile() ? await readFile(path, 'utf8') : ''}`,
      )
    }
  }
  return found.sort()
}

test("the working directory reads as the user's own; what Kometa writes to is real", async () => {
  const config = await prepare()
  await using workspace = await make(config)
  expect(await tree(workspace.cwd)).toEqual({
    assets: 'link',
    fonts: 'link',
    'kometa.py': 'link',
    config: 'dir',
    'config/.kometa-preview-empty.yml': 'file',
    'config/UUID': 'file',
    'config/anidb_cache': 'dir',
    'config/anidb_cache/anime-titles.xml': 'file',
    'config/anidb_cache/sub': 'dir',
    'config/anidb_cache/sub/anime_1.xml': 'file',
    'config/assets': 'link',
    'config/fonts': 'link',
    'config/kometa_run.yml': 'file',
    'config/logs': 'dir',
    'config/my.yml': 'link',
    'config/overlays': 'dir',
    'config/overlays/4K': 'dir',
    'config/overlays/4K/101.png': 'file',
    'config/overlays/4K/999.png': 'link',
    'config/overlays/TV  Shows Original Posters': 'dir',
    'config/overlays/TV  Shows Original Posters/101.txt': 'file',
    'config/overlays/TV  Shows Original Posters/101.webp': 'file',
    'config/overlays/TV  Shows Original Posters/102.jpg': 'file',
    'config/overlays/TV  Shows Original Posters/102.png': 'file',
    'config/overlays/images': 'dir',
    'config/overlays/images/480.png': 'link',
    'config/overlays/images/deep': 'link',
    'config/overlays/mine.yml': 'link',
    'config/overlays/named.png': 'file',
  })
  expect(workspace.configDir).toBe(join(workspace.cwd, 'config'))
  expect(workspace.configPath).toBe(join(workspace.cwd, 'config', 'kometa_run.yml'))
  expect([...workspace.backups].map(([key, { path }]) => [key, relative(dir, path)])).toEqual([
    ['TV | Shows 101', 'kometa/config/overlays/TV  Shows Original Posters/101.webp'],
    ['TV | Shows 102', 'kometa/config/overlays/TV  Shows Original Posters/102.png'],
  ])
  expect(await readFile(join(workspace.cwd, 'config/my.yml'), 'utf8')).toBe('kometa/config/my.yml')
  expect(await readFile(join(workspace.configDir, 'UUID'), 'utf8')).toBe('0f1e2d3c-aaaa-bbbb-cccc-1234567890ab')
  expect(await readFile(join(workspace.home, '.fonts/Home.ttf'), 'utf8')).toBe('home/.fonts/Home.ttf')
  expect(await readFile(join(workspace.home, '.local/share/fonts/Share.ttf'), 'utf8')).toBe(
    'home/.local/share/fonts/Share.ttf',
  )
  expect(workspace.warnings).toEqual([])
})

test("whatever Kometa does to the files that it knows, the user's files stay unchanged", async () => {
  const config = await prepare()
  const old = new Date('2020-01-02T03:04:05Z')
  await utimes(join(dir, 'kometa/config/anidb_cache/anime-titles.xml'), old, old)
  const before = await snapshot()
  const workspace = await make(config)
  const at = (path: string) => join(workspace.cwd, path)
  // Kometa downloads AniDB's titles again when its copy is a day old, so the copy must be as old as the original.
  expect((await stat(at('config/anidb_cache/anime-titles.xml'))).mtime).toEqual(old)
  await writeFile(at('config/anidb_cache/anime-titles.xml'), 'new')
  await writeFile(at('config/anidb_cache/anime_2.xml'), 'new')
  for (const name of ['101.webp', '102.png', '102.jpg'])
    await unlink(at(`config/overlays/TV  Shows Original Posters/${name}`))
  await writeFile(at('config/overlays/TV  Shows Original Posters/101.webp'), 'new')
  await writeFile(at('config/overlays/temp.webp'), 'new')
  await writeFile(at('config/overlays/named.png'), 'new')
  await appendFile(at('config/overlays/named.png'), 'more')
  for (const name of ['4K/101.png', '4K/999.png', 'images/480.png']) await unlink(at(`config/overlays/${name}`))
  await rename(at('config/my.yml'), at('config/renamed.yml'))
  await writeFile(at('config/logs/meta.log'), 'new')
  await writeFile(at('config/kometa_run.yml'), 'new')
  await writeFile(at('config/title.ratings.tsv'), 'new')
  await writeFile(at('anything'), 'new')
  expect(await snapshot()).toEqual(before)
  await workspace[Symbol.asyncDispose]()
  expect(await readdir(join(dir, 'workspaces'))).toEqual([])
  expect(await snapshot()).toEqual(before)
})

test.skipIf(isWindows)('it is private, whatever the umask', async () => {
  const config = await prepare()
  const umask = process.umask(0)
  try {
    await using workspace = await make(config)
    for (const folder of [join(dir, 'workspaces'), workspace.dir, workspace.cwd, workspace.configDir, workspace.home]) {
      expect((await stat(folder)).mode & 0o777).toBe(0o700)
    }
    const entries = await readdir(workspace.dir, { recursive: true, withFileTypes: true })
    for (const entry of entries.filter((each) => each.isFile())) {
      expect([entry.name, (await stat(join(entry.parentPath, entry.name))).mode & 0o777]).toEqual([entry.name, 0o600])
    }
  } finally {
    process.umask(umask)
  }
})

test('no file in it holds the real token or address, not even behind a link in the mirrored folders', async () => {
  const config = await prepare()
  if (!isWindows) await symlink(join(dir, 'kometa/config/config.yml'), join(dir, 'kometa/config/alias.yml'))
  await using workspace = await make(config)
  for (const folder of [workspace.dir, workspace.cwd, workspace.configDir]) {
    for (const name of await readdir(folder)) {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '')
      expect([name, /CANARY|10\.0\.0\.5/.test(text)]).toEqual([name, false])
    }
  }
})

describe('other places for the config', () => {
  test('a folder that is not named config is itself the working directory', async () => {
    const config = await prepare('kometa/myfolder/my.yml')
    await put('kometa/myfolder/overlays/named.png')
    await put('kometa/myfolder/config/anidb_cache/a.xml')
    await using workspace = await make(config)
    expect(workspace.configPath).toBe(join(workspace.cwd, 'kometa_run.yml'))
    expect(await tree(workspace.cwd)).toEqual({
      UUID: 'file',
      config: 'dir',
      'config/.kometa-preview-empty.yml': 'file',
      'config/anidb_cache': 'dir',
      'config/anidb_cache/a.xml': 'file',
      'kometa_run.yml': 'file',
      logs: 'dir',
      overlays: 'dir',
      'overlays/named.png': 'file',
      'overlays/TV  Shows Original Posters': 'dir',
    })
  })

  test('deeper inside the working directory', async () => {
    const config = await prepare('kometa/a/b/config.yml', { kometaCwd: join(dir, 'kometa') })
    await put('kometa/a/other.yml')
    await using workspace = await make(config)
    expect(workspace.configPath).toBe(join(workspace.cwd, 'a', 'b', 'kometa_run.yml'))
    const found = await tree(workspace.cwd)
    expect([found.a, found['a/b'], found['a/other.yml'], found['config/my.yml'], found['config/overlays']]).toEqual([
      'dir',
      'dir',
      'link',
      'link',
      'dir',
    ])
  })

  test('outside the working directory, with the backups in a third place', async () => {
    await put('elsewhere/overlays/named.png', 'third')
    await put('elsewhere/overlays/TV  Shows Original Posters/103.jpg')
    const config = await prepare('conf/config.yml', {
      kometaCwd: join(dir, 'kometa'),
      kometaConfigDir: join(dir, 'elsewhere'),
    })
    await put('conf/side.yml')
    await using workspace = await make(config)
    expect(workspace.configDir).toBe(join(workspace.dir, 'config'))
    expect([...workspace.backups.keys()]).toEqual(['TV | Shows 103'])
    expect(await readFile(join(workspace.configDir, 'overlays/named.png'), 'utf8')).toBe('third')
    expect(await readFile(join(workspace.configDir, 'side.yml'), 'utf8')).toBe('conf/side.yml')
    expect((await tree(workspace.cwd))['config/my.yml']).toBe('link')
  })

  test('paths that leave the working directory by ../ lead to the same files', async () => {
    await put('shared/images/badge.png')
    await put('other/deep/file.yml')
    const config = await prepare('conf/config.yml', { kometaCwd: join(dir, 'kometa') })
    await put('conf/side.yml')
    await put('kometa/config/my.yml', 'overlays: {A: {overlay: {name: a, file: "../shared/images/badge.png"}}}\n')
    await using workspace = await make(config)
    const seen = (path: string) => readFile(join(workspace.cwd, path), 'utf8')
    expect(await seen('../shared/images/badge.png')).toBe('shared/images/badge.png')
    expect(await seen('../other/deep/file.yml')).toBe('other/deep/file.yml')
    expect(await seen('../conf/side.yml')).toBe('conf/side.yml')
    expect(await seen('fonts/own.ttf')).toBe('kometa/fonts/own.ttf')
    expect(workspace.configDir).toBe(join(workspace.cwd, '..', 'conf'))
    // The user's own config, with the real token, must not be visible.
    expect(await readdir(workspace.configDir)).not.toContain('config.yml')
    expect((await tree(join(workspace.cwd, '..')))['kometa/config/overlays']).toBe('dir')
  })

  test('how far up the paths of config and overlay files lead; a text with dots is no path', async () => {
    const reach = async (more: string, file = '') => {
      await put('a/b/c/config/my.yml', file)
      await put('a/b/c/config/config.yml', `${yaml}${more}`)
      const path = join(dir, 'a/b/c/config/config.yml')
      return relative(
        join(dir, 'a/b/c'),
        await highestFolder(await loadJobConfig({ kind: 'config', configPath: path }, { env: {} })),
      )
    }
    expect(await reach('')).toBe('')
    expect(await reach('settings: {asset_directory: ["assets", "../assets"]}\n')).toBe('..')
    expect(await reach('settings: {asset_directory: ..}\n')).toBe('..')
    expect(await reach('', 'overlays: {A: {overlay: {name: text(Wait...), font: ../../fonts/x.ttf}}}\n')).toBe(
      join('..', '..'),
    )
    expect(await reach('', 'overlays: {A: {overlay: {name: text(Wait...), file: a/../b.png}}}\n')).toBe('')
    expect(await reach('', 'x: "..\\\\..\\\\..\\\\fonts"\n')).toBe(join('..', '..', '..'))
  })

  test('workspaces inside the working directory are not linked into themselves; a dangling link stays out', async () => {
    const config = await prepare()
    if (!isWindows) await symlink(join(dir, 'nowhere'), join(dir, 'kometa/config/dangling'))
    await using workspace = await make(config, { parentDir: join(dir, 'kometa', 'work') })
    const found = await tree(workspace.cwd)
    expect([found.work, found['config/dangling'], found['config/my.yml']]).toEqual([undefined, undefined, 'link'])
    if (!isWindows) expect(await readlink(join(workspace.cwd, 'config/my.yml'))).toBe(join(dir, 'kometa/config/my.yml'))
  })
})

describe('backups that are left', () => {
  test('a backup that Kometa removed differs from one that it drew on', async () => {
    await using workspace = await make(await prepare())
    const left = async () => Object.fromEntries(await workspace.backupsLeft())
    expect(await left()).toEqual({ 'TV | Shows 101': 'same', 'TV | Shows 102': 'same' })
    const folder = join(workspace.configDir, 'overlays/TV  Shows Original Posters')
    await rm(join(folder, '102.jpg'))
    await rm(join(folder, '102.png'))
    expect(await left()).toEqual({ 'TV | Shows 101': 'same' })
    await writeFile(join(folder, '102.webp'), 'downloaded')
    await writeFile(join(folder, '101.jpg'), 'downloaded beside the original')
    expect(await left()).toEqual({ 'TV | Shows 101': 'new', 'TV | Shows 102': 'new' })
  })

  test('backups under an earlier name of the library are found', async () => {
    await using workspace = await make(await prepare())
    expect([...workspace.strayBackups]).toEqual([
      ['TV | Shows 101', join(dir, 'kometa/config/overlays/Other Original Posters/101.png')],
    ])
  })

  test('another library of the config has its own backups', async () => {
    const config = await prepare()
    const other = config.libraries.map((library) => ({ ...library, mappingName: 'Other' }))
    await using workspace = await make({ ...config, libraries: [...config.libraries, ...other] })
    expect(workspace.strayBackups.size).toBe(0)
  })
})

describe('a workspace that a dead run left behind', () => {
  test('is removed by the next start; workspaces of living runs and kept ones stay', async () => {
    const config = await prepare()
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
    await once(child, 'spawn')
    const own = await ownIdentity()
    const alive = await make(config)
    const dead = await make(config, { owner: { ...own, pid: child.pid ?? 0 } })
    const kept = await make(config, { owner: { ...own, pid: child.pid ?? 0 }, keep: true })
    const unfinished = join(dir, 'workspaces', 'workspace-unfinished')
    await mkdir(unfinished)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const before = await snapshot()
    const names = (await removeStaleWorkspaces(join(dir, 'workspaces'))).map((name) => join(dir, 'workspaces', name))
    expect(names).toEqual([dead.dir])
    expect((await readdir(join(dir, 'workspaces'))).map((name) => join(dir, 'workspaces', name)).sort()).toEqual(
      [alive.dir, kept.dir, unfinished].sort(),
    )
    expect(await snapshot()).toEqual(before)
    const hourAgo = new Date(Date.now() - 3_600_000)
    await utimes(unfinished, hourAgo, hourAgo)
    expect(await removeStaleWorkspaces(join(dir, 'workspaces'))).toEqual(['workspace-unfinished'])
    await kept[Symbol.asyncDispose]()
    expect((await stat(kept.dir)).isDirectory()).toBe(true)
    await alive[Symbol.asyncDispose]()
  })

  test('an owner elsewhere keeps it for a day', async () => {
    const config = await prepare()
    const workspace = await make(config, { owner: { pid: 1, start: 'x', host: 'another' } })
    expect(await removeStaleWorkspaces(join(dir, 'workspaces'))).toEqual([])
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000)
    await utimes(workspace.dir, twoDaysAgo, twoDaysAgo)
    expect(await removeStaleWorkspaces(join(dir, 'workspaces'))).toHaveLength(1)
    expect(await removeStaleWorkspaces(join(dir, 'not-there'))).toEqual([])
  })
})

test('a failure halfway leaves nothing', async () => {
  const config = await prepare()
  await rm(join(dir, 'kometa/config/overlays'), { recursive: true })
  await put('kometa/config/overlays', 'a file where a folder should be')
  await expect(make(config)).rejects.toThrow()
  expect(await readdir(join(dir, 'workspaces'))).toEqual([])
})
