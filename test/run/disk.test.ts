import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkDiskSpace, neededBytes } from '../../src/run/inputs/disk-space.ts'
import { diskError } from '../../src/run/inputs/usable-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disk-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('how many bytes a job needs', () => {
  expect(neededBytes(0)).toBe(200_000_000)
  expect(neededBytes(10)).toBe(410_000_000)
})

test('more targets than the disk can hold are refused with both numbers', async () => {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const tooMany = Math.ceil((free * 2) / 21_000_000) + 100
  await expect(checkDiskSpace(folder, tooMany)).rejects.toMatchObject({
    code: 'DISK_SPACE',
    exitCode: 2,
    message: expect.stringMatching(
      new RegExp(`for ${tooMany} targets: \\d+ MB free, ${Math.floor(neededBytes(tooMany) / 1e6)} MB needed`),
    ),
  })
  // For a folder that does not exist yet, the disk that it will be on counts.
  await expect(checkDiskSpace(join(folder, 'a', 'b', 'c'), tooMany)).rejects.toMatchObject({ code: 'DISK_SPACE' })
  if (free > neededBytes(1)) await expect(checkDiskSpace(join(folder, 'a'), 1)).resolves.toBeUndefined()
})

test.each([
  [false, 'DISK_SPACE', 2],
  [true, 'DISK_FULL', 1],
])('a disk that takes no more, with the job started: %s', (hasStarted, code, exitCode) => {
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', path: '/job/output/x' })
  expect(diskError(full, hasStarted)).toMatchObject({ code, exitCode })
  expect(
    diskError(Object.assign(new Error('both'), { error: full, suppressed: new Error('other') }), hasStarted),
  ).toMatchObject({ code, exitCode })
})
