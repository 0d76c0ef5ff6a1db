import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { copyUserCache, readOverlayState } from '../../src/kometa/cache/user-cache.ts'
import { findDocker } from '../../src/kometa/docker/docker-cli.ts'
import { inspectImage } from '../../src/kometa/docker/docker-image.ts'
import { createImagePython } from '../../src/kometa/docker/docker-python.ts'
import { type AskPython, createLocalPython } from '../../src/kometa/install/ask-python.ts'
import { imageName, standInDocker } from '../docker/docker-world.ts'
import { folderState } from '../kometa/user-folder.ts'

const python3 = spawnSync('python3', ['-c', 'import sqlite3, sys; assert sys.version_info >= (3, 10)']).status === 0
const { signal } = new AbortController()
const wanted = { Movies: ['101', '102'], Shows: ['2000'] }

let folder: string
let user: string
let cache: string
let copy: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kp-cache-'))
  user = join(folder, 'the user’s folder')
  mkdirSync(user)
  mkdirSync(join(folder, 'ours'))
  cache = join(user, 'config.cache')
  copy = join(folder, 'ours', 'kometa_run.cache')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const local = (): AskPython => createLocalPython({ python: 'python3', dir: folder, home: folder, env: process.env })

async function container(): Promise<AskPython> {
  const home = join(folder, 'docker')
  mkdirSync(home)
  const cli = await findDocker(standInDocker(home).env)
  return createImagePython(cli, await inspectImage(cli, imageName))
}

const python = (script: string, ...args: string[]): string =>
  execFileSync('python3', ['-c', script, ...args], { encoding: 'utf8' })
const sql = (path: string, ...statements: string[]): unknown =>
  JSON.parse(
    python(
      `import json, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as c:
    for s in sys.argv[2:]:
        rows = c.execute(s).fetchall()
print(json.dumps(rows))`,
      path,
      ...statements,
    ),
  )

const take = (ask: AskPython) =>
  copyUserCache({ ask, user: { path: cache, bytes: statSync(cache).size }, to: copy, wanted, signal })

/** Tables as Kometa 2.4.4 creates them (cache.py:992-1060). */
function writeTables(): void {
  sql(
    cache,
    'CREATE TABLE image_maps (key INTEGER PRIMARY KEY, library TEXT UNIQUE)',
    "INSERT INTO image_maps VALUES (3, 'Movies')",
    `CREATE TABLE image_map_3_overlays
       (key INTEGER PRIMARY KEY, rating_key TEXT UNIQUE, overlay TEXT, compare TEXT, location TEXT)`,
    `INSERT INTO image_map_3_overlays (rating_key, overlay, compare)
       VALUES ('101', '4K130|HDR20', '/thumb/1'), ('999', 'x', 'y')`,
    "INSERT INTO image_map_3_overlays (rating_key, compare, overlay) VALUES ('Overlay File (0) 4K', '4711', '')",
    'CREATE TABLE overlay_special_text2 (key INTEGER PRIMARY KEY, rating_key TEXT, type TEXT, text TEXT)',
    `INSERT INTO overlay_special_text2 (rating_key, type, text)
       VALUES ('101', 'user_rating', '5.0'), ('999', 'runtime', '1')`,
    'CREATE TABLE image_map_3_backgrounds (key INTEGER PRIMARY KEY, rating_key TEXT UNIQUE)',
    "INSERT INTO image_map_3_backgrounds (rating_key) VALUES ('101')",
    'CREATE TABLE mdb_data5 (key INTEGER PRIMARY KEY, key_id TEXT, score INTEGER)',
    "INSERT INTO mdb_data5 (key_id, score) VALUES ('tm101', 77)",
  )
}

describe.skipIf(!python3).each(['local', 'container'] as const)('%s', (place) => {
  const ask = async (): Promise<AskPython> => (place === 'local' ? local() : container())

  test('returns the state of overlays and empties it in the copy; the user’s folder is unchanged', async () => {
    writeTables()
    const before = await folderState(user)
    const question = await ask()
    expect(await take(question)).toEqual({
      Movies: {
        format: '2.4.4',
        images: { 'Overlay File (0) 4K': '4711' },
        items: { 101: { poster: '/thumb/1', overlays: { '4K130': '', HDR20: '' }, texts: { user_rating: '5.0' } } },
      },
    })
    expect(await folderState(user)).toEqual(before)
    expect(sql(copy, 'SELECT count(*) FROM image_map_3_overlays')).toEqual([[0]])
    expect(sql(copy, 'SELECT rating_key FROM image_map_3_backgrounds')).toEqual([['101']])
    expect(sql(copy, 'SELECT key_id, score FROM mdb_data5')).toEqual([['tm101', 77]])
    if (process.platform !== 'win32') expect(statSync(copy).mode & 0o777).toBe(0o600)
    expect(await readOverlayState(question, copy, wanted, signal)).toEqual({
      Movies: { format: '2.4.4', images: {}, items: {} },
    })
  })

  test('a file that is not a database is no cache, and the reason is given', async () => {
    writeFileSync(cache, 'not for Kometa '.repeat(10))
    const before = await folderState(user)
    expect(await take(await ask())).toEqual({ failed: expect.stringContaining('it is no SQLite database') })
    expect(await folderState(user)).toEqual(before)
    expect(existsSync(copy)).toBe(false)
  })
})

test.skipIf(!python3)('the tables of 2.4.5', async () => {
  sql(
    cache,
    'CREATE TABLE image_maps (key INTEGER PRIMARY KEY, library TEXT UNIQUE)',
    "INSERT INTO image_maps VALUES (1, 'Movies'), (2, 'Shows')",
    'CREATE TABLE image_map_1_overlays (key INTEGER PRIMARY KEY, rating_key TEXT UNIQUE, compare TEXT, location TEXT)',
    "INSERT INTO image_map_1_overlays (rating_key, compare) VALUES ('101', '/a/Film/poster.jpg:10:1')",
    `CREATE TABLE image_map_1_overlay_state
       (key INTEGER PRIMARY KEY, rating_key TEXT, overlay_key TEXT, definition_hash TEXT, resolved_value TEXT)`,
    `INSERT INTO image_map_1_overlay_state (rating_key, overlay_key, definition_hash)
       VALUES ('101', 'Overlay File (0) IMDb', 'text(<<imdb_rating>>)')`,
    'CREATE TABLE image_map_1_overlay_images (key INTEGER PRIMARY KEY, overlay_key TEXT UNIQUE, compare TEXT)',
    "INSERT INTO image_map_1_overlay_images (overlay_key, compare) VALUES ('Overlay File (0) 4K', '4711')",
    `CREATE TABLE overlay_value_cache
       (key INTEGER PRIMARY KEY, rating_key TEXT, type TEXT, value TEXT, expiration_date TEXT)`,
    "INSERT INTO overlay_value_cache (rating_key, type, value) VALUES ('101', 'imdb_rating', '8.1')",
  )
  expect(await take(local())).toEqual({
    Movies: {
      format: '2.4.5',
      images: { 'Overlay File (0) 4K': '4711' },
      items: {
        101: {
          poster: '/a/Film/poster.jpg:10:1',
          overlays: { 'Overlay File (0) IMDb': 'text(<<imdb_rating>>)' },
          texts: { imdb_rating: '8.1' },
        },
      },
    },
    Shows: { format: '2.4.4', images: {}, items: {} },
  })
  const counts = ['overlays', 'overlay_state', 'overlay_images'].map((end) =>
    sql(copy, `SELECT count(*) FROM image_map_1_${end}`),
  )
  expect(counts).toEqual([[[0]], [[0]], [[0]]])
  // Kometa reads ratings from this table.
  expect(sql(copy, 'SELECT value FROM overlay_value_cache')).toEqual([['8.1']])
})

/** Starts a program that prints a line when it is ready. */
async function start(script: string, ...args: string[]): Promise<ChildProcess> {
  const child = spawn('python3', ['-c', script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  await once(child.stdout ?? process.stdin, 'data')
  return child
}

const twoTables = `import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
for name in ("one", "two"):
    c.execute("CREATE TABLE IF NOT EXISTS %s (n INTEGER, filler TEXT)" % name)
`

test.skipIf(!python3)('a copy that is made while Kometa writes is consistent', async () => {
  writeFileSync(cache, '')
  const writer = await start(
    `${twoTables}
n = 0
while True:
    c.execute("BEGIN IMMEDIATE")
    for name in ("one", "two"):
        c.execute("INSERT INTO %s VALUES (?, ?)" % name, (n, "x" * 3000))
    c.execute("COMMIT")
    n += 1
    # Kometa pauses between its writes too; SQLite starts a backup again after each one.
    time.sleep(0.02)
    if n == 20:
        print("ready", flush=True)
`,
    cache,
  )
  let last = 0
  for (let round = 0; round < 5; round++) {
    expect(await take(local())).toEqual({})
    const [[one, two]] = sql(copy, 'SELECT (SELECT max(n) FROM one), (SELECT max(n) FROM two)') as [[number, number]]
    expect(one).toBe(two)
    expect(one).toBeGreaterThan(last)
    last = one
    rmSync(copy)
  }
  expect(writer.exitCode).toBeNull()
})

test.skipIf(!python3)(
  'a cache in WAL mode: what is in its companion is in the copy, and nothing is made beside it',
  async () => {
    writeFileSync(cache, '')
    await start(
      `${twoTables}
c.execute("PRAGMA journal_mode = WAL")
c.execute("INSERT INTO one VALUES (1, 'in the companion')")
print("ready", flush=True)
sys.stdin.read()
`,
      cache,
    )
    const names = readdirSync(user)
    expect(names).toContain('config.cache-wal')
    const before = await folderState(user)
    expect(await take(local())).toEqual({})
    expect(await folderState(user)).toEqual(before)
    expect(sql(copy, 'SELECT filler FROM one')).toEqual([['in the companion']])
  },
)

test.skipIf(!python3 || process.platform === 'win32')(
  'a journal that a crash left is played back in the copy, and stays where it is',
  async () => {
    writeFileSync(cache, '')
    const writer = await start(
      `${twoTables}
c.execute("INSERT INTO one VALUES (1, 'committed')")
c.execute("PRAGMA cache_size = 1")
c.execute("BEGIN")
for n in range(500):
    c.execute("UPDATE one SET filler = ?", ("y" * 3000,))
    c.execute("INSERT INTO two VALUES (?, ?)", (n, "y" * 3000))
print("ready", flush=True)
sys.stdin.read()
`,
      cache,
    )
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    expect(readdirSync(user)).toContain('config.cache-journal')
    const before = await folderState(user)
    expect(await take(local())).toEqual({})
    expect(await folderState(user)).toEqual(before)
    expect(sql(copy, 'SELECT filler, (SELECT count(*) FROM two) FROM one')).toEqual([['committed', 0]])
  },
)
