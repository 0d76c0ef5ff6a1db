import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { renameOver } from '../../src/util/files/rename.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rename-'))
  writeFileSync(join(dir, 'new'), 'new')
  writeFileSync(join(dir, 'old'), 'old')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/**
 * A file system that refuses this many times before it renames, as Windows does while another program has the file
 * open.
 */
function refusing(times: number, code: string) {
  let asked = 0
  const once: typeof rename = async (from, to) => {
    asked += 1
    if (asked <= times) throw Object.assign(new Error(`${code}: operation not permitted`), { code })
    return rename(from, to)
  }
  return { once, asked: () => asked }
}

test.each(['EPERM', 'EACCES', 'EBUSY'])('%s on Windows: tried again until it succeeds', async (code) => {
  const disk = refusing(3, code)
  await renameOver(join(dir, 'new'), join(dir, 'old'), { platform: 'win32', once: disk.once })
  expect(disk.asked()).toBe(4)
  expect(readFileSync(join(dir, 'old'), 'utf8')).toBe('new')
})

test.each<[NodeJS.Platform, string]>([
  ['linux', 'EPERM'],
  ['darwin', 'EACCES'],
  ['win32', 'ENOENT'],
  ['win32', 'ENOSPC'],
])('%s, %s: the first answer is final', async (platform, code) => {
  const disk = refusing(1, code)
  await expect(renameOver(join(dir, 'new'), join(dir, 'old'), { platform, once: disk.once })).rejects.toMatchObject({
    code,
  })
  expect(disk.asked()).toBe(1)
})

test('a file that never becomes free: refused within 2 s, both files unchanged', async () => {
  const disk = refusing(Number.POSITIVE_INFINITY, 'EPERM')
  const started = performance.now()
  const renamed = renameOver(join(dir, 'new'), join(dir, 'old'), { platform: 'win32', once: disk.once })
  await expect(renamed).rejects.toMatchObject({ code: 'EPERM' })
  expect(performance.now() - started).toBeLessThan(4_000)
  expect(disk.asked()).toBeGreaterThan(3)
  expect([readFileSync(join(dir, 'old'), 'utf8'), readFileSync(join(dir, 'new'), 'utf8')]).toEqual(['old', 'new'])
})
