import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createReach, everywhere } from '../../../src/config/reach/reach.ts'
import { copyFolder, copyPrivately, linkTo } from '../../../src/config/workspace/link-or-copy.ts'

const isWindows = process.platform === 'win32'
let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'link-or-copy-'))
  await mkdir(join(dir, 'from/inner'), { recursive: true })
  for (const name of ['a', 'b', 'inner/c']) await writeFile(join(dir, 'from', name), '12345')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const at = (name: string): string => join(dir, name)

test('a copy is private and keeps the time; a file above the limit, a folder and a missing file are not copied', async () => {
  await utimes(at('from/a'), 1_000, 2_000)
  expect(await copyPrivately(at('from/a'), at('copy'), 5)).toBe(true)
  const { mode, mtimeMs } = await stat(at('copy'))
  expect([isWindows ? 0o600 : mode & 0o777, mtimeMs]).toEqual([0o600, 2_000_000])
  expect(await copyPrivately(at('from/a'), at('other'), 4)).toBe(false)
  expect(await copyPrivately(at('from'), at('other'), 5)).toBe(false)
  expect(await copyPrivately(at('from/gone'), at('other'), 5)).toBe(false)
  expect(await readdir(dir)).toEqual(['copy', 'from'])
})

test('a folder is copied up to its limit, and only what is in reach', async () => {
  await copyFolder(at('from'), at('all'), 15, everywhere)
  expect(await readFile(at('all/inner/c'), 'utf8')).toBe('12345')
  await copyFolder(at('from'), at('some'), 12, everywhere)
  const some = (await readdir(at('some'), { recursive: true })).filter((name) => name !== 'inner')
  expect(some).toHaveLength(2)
  const reach = await createReach([{ folder: at('from'), except: [at('from/inner')] }], 'note')
  await copyFolder(at('from'), at('reached'), 15, reach)
  expect((await readdir(at('reached'))).sort()).toEqual(['a', 'b'])
})

test.skipIf(isWindows)('a link leads to the target; a dangling link is left out', async () => {
  await symlink(at('nowhere'), at('dangling'))
  expect([await linkTo(at('from'), at('linked')), await linkTo(at('dangling'), at('lost'))]).toEqual([true, false])
  expect(await readlink(at('linked'))).toBe(at('from'))
})
