import { mkdir, mkdtemp, readlink, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createReach, everywhere, type Reach } from '../../../src/config/reach/reach.ts'

let dir: string
let reach: Reach
beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'reach-')))
  const files = ['allowed/a.png', 'allowed/sub/b.png', 'allowed/data/jobs/x.png', 'allowed/data/kometa/c.png']
  for (const path of [...files, 'outside/secret.png', 'outside/sub/deep.png', 'job/config/own.yml']) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), path)
  }
  const links: Record<string, string> = {
    'allowed/to-file': join(dir, 'outside', 'secret.png'),
    'allowed/to-folder': join(dir, 'outside'),
    'allowed/relative': '../outside/secret.png',
    'allowed/within': 'sub/b.png',
    'allowed/absolute-within': join(dir, 'allowed', 'sub'),
    'allowed/out-and-in': '../way-back/a.png',
    'allowed/to-closed': 'data/jobs/x.png',
    'allowed/loop': 'loop',
    'allowed/chain': 'chain-2',
    'allowed/chain-2': 'to-folder/secret.png',
    'allowed/dangling': join(dir, 'outside', 'nothing'),
    'way-back': 'allowed',
    'job/config/out.png': join(dir, 'outside', 'secret.png'),
    'named-by-a-link': 'allowed',
  }
  for (const [path, target] of Object.entries(links)) await symlink(target, join(dir, path))
  reach = await createReach(
    [
      { folder: join(dir, 'job') },
      { folder: join(dir, 'named-by-a-link'), except: [join(dir, 'allowed', 'data'), join(dir, 'nothing', 'here')] },
      { folder: join(dir, 'allowed', 'data', 'kometa') },
      { folder: join(dir, 'missing') },
    ],
    'the note',
  )
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe.skipIf(process.platform === 'win32')('what a path leads to', () => {
  test.each([
    ['a file', 'allowed/a.png', 'allowed/a.png'],
    ['the folder itself', 'allowed', 'allowed'],
    ['by the name that the folder was given', 'named-by-a-link/a.png', 'allowed/a.png'],
    ['up and down again', 'allowed/sub/../a.png', 'allowed/a.png'],
    ['a link that stays inside', 'allowed/within', 'allowed/sub/b.png'],
    ['a folder by a link', 'allowed/absolute-within/b.png', 'allowed/sub/b.png'],
    ['the folder of the config', 'job/config/own.yml', 'job/config/own.yml'],
    ['what is open within what is closed', 'allowed/data/kometa/c.png', 'allowed/data/kometa/c.png'],
    ['missing', 'allowed/nothing.png', null],
    ['missing below a file', 'allowed/a.png/b', null],
    ['outside', 'outside/secret.png', null],
    ['outside, by ..', 'allowed/../outside/secret.png', null],
    ['outside, missing', 'outside/nothing.png', null],
    ['the folder above', '.', null],
    ['a name that begins alike', 'allowed-not', null],
    ['a link to a file outside', 'allowed/to-file', null],
    ['a relative link outside', 'allowed/relative', null],
    ['a folder outside, by a link', 'allowed/to-folder/sub/deep.png', null],
    ['a link whose way leads outside, though its end does not', 'allowed/out-and-in', null],
    ['a link to what is closed', 'allowed/to-closed', null],
    ['what is closed', 'allowed/data/jobs/x.png', null],
    ['what is closed, by the other name', 'named-by-a-link/data/jobs/x.png', null],
    ['a link to a link', 'allowed/chain', null],
    ['a link to itself', 'allowed/loop', null],
    ['a link to nothing', 'allowed/dangling', null],
    ['a link in the job', 'job/config/out.png', null],
    ['a name with a zero byte', 'allowed/a.png\0', null],
  ])('%s: %s', async (_case, path, expected) => {
    expect(await reach.find(join(dir, path))).toBe(expected === null ? null : join(dir, expected))
    expect(await reach.exists(join(dir, path))).toBe(expected !== null)
  })

  test('a path that leads outside is outside, whether or not it exists', async () => {
    const states = ['allowed/a.png', 'allowed/nothing', 'allowed/to-file', 'allowed/dangling', 'outside', 'elsewhere']
    const found = await Promise.all(states.map(async (path) => (await reach.look(join(dir, path))).is))
    expect(found).toEqual(['there', 'missing', 'outside', 'outside', 'outside', 'outside'])
  })

  test('a folder is listed only if it may be read', async () => {
    expect(await reach.names(join(dir, 'allowed', 'sub'))).toEqual(['b.png'])
    expect(await reach.names(join(dir, 'allowed', 'to-folder'))).toEqual([])
    expect(await reach.names(join(dir, 'outside'))).toEqual([])
    expect(await reach.isFolder(join(dir, 'allowed', 'absolute-within'))).toBe(true)
    expect(await reach.isFolder(join(dir, 'outside'))).toBe(false)
    expect(reach.note).toBe('the note')
  })

  test("the user's own config may read everything, and its paths stay as they are", async () => {
    const path = join(dir, 'allowed', 'to-file')
    expect(await everywhere.find(path)).toBe(path)
    expect(await everywhere.find(join(dir, 'outside', 'nothing'))).toBeNull()
    expect(await everywhere.way(join(dir, 'outside', 'nothing'))).toBe(join(dir, 'outside', 'nothing'))
    expect(await everywhere.names(join(dir, 'outside', 'sub'))).toEqual(['deep.png'])
    expect([everywhere.note, everywhere.areas]).toEqual([null, null])
    expect(await readlink(path)).toBe(join(dir, 'outside', 'secret.png'))
  })
})
