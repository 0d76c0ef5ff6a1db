import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { artworkKinds } from '../../contract/artwork-kinds.ts'
import { openBeneath } from '../../util/beneath/beneath.ts'
import { createFolderSync, createTemporaryNames, namesIn, removeCaptures, removeTemporaryFiles } from './folders.ts'
import { createCaptureNames } from './names.ts'

function makeJob(): string {
  const dir = mkdtempSync(join(tmpdir(), 'folders-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

test('temporary names are never the same, and are what a start removes; all else stays', async () => {
  const job = makeJob()
  const next = createTemporaryNames()
  const names = [next(), next(), next()]
  expect(new Set(names).size).toBe(3)
  const [images, others] = [join(job, 'output/by_ratingkey'), join(job, 'output/captured_requests')]
  mkdirSync(images, { recursive: true })
  mkdirSync(others, { recursive: true })
  for (const name of names) writeFileSync(join(images, name), '')
  writeFileSync(join(others, '.capture-1-2.tmp'), '')
  const kept = ['.capture-1.tmp', '.capture-1-2.tmp2', 'x.capture-1-2.tmp', '.capture-a-2.tmp', '1_poster_x.jpg']
  for (const name of kept) writeFileSync(join(others, name), '')
  expect(await removeTemporaryFiles(openBeneath(job))).toBe(4)
  expect(readdirSync(images)).toEqual([])
  expect(readdirSync(others).sort()).toEqual([...kept].sort())
  expect(await removeTemporaryFiles(openBeneath(job))).toBe(0)
})

test('a new run removes the captures of the earlier one, of whatever kind, and leaves files of the user', async () => {
  const job = makeJob()
  const images = join(job, 'output/by_ratingkey')
  mkdirSync(images, { recursive: true })
  const names = createCaptureNames(Date.now)
  const upload = { seq: 1, timestamp: '', server: 's', method: 'POST', path: '/', query: '', ratingKey: '7' }
  for (const kind of [...artworkKinds, null]) writeFileSync(join(images, `${names.claim({ ...upload, kind })}.jpg`), '')
  const own = ['7_poster.jpg', '7_mine_20260101_000000_000000.jpg']
  for (const name of own) writeFileSync(join(images, name), '')
  expect(await removeCaptures(openBeneath(job))).toBe(artworkKinds.length + 1)
  expect(readdirSync(images).sort()).toEqual([...own].sort())
})

test('a folder that is not there has no names; one that cannot be read is an error', async () => {
  const job = makeJob()
  expect(namesIn(openBeneath(job), 'a')).toEqual([])
  expect(await removeTemporaryFiles(openBeneath(job))).toBe(0)
  writeFileSync(join(job, 'file'), '')
  expect(() => namesIn(openBeneath(job), 'file')).toThrow('ENOTDIR')
})

test('who asks for a sync while one runs shares the next one with all others who do', async () => {
  const sync = createFolderSync(openBeneath(makeJob()), '')
  const first = sync()
  // The first one has begun by now: what was renamed since is not in it.
  await setImmediate()
  const [second, third] = [sync(), sync()]
  expect(second).not.toBe(first)
  expect(third).toBe(second)
  await Promise.all([first, second])
  const fourth = sync()
  expect(fourth).not.toBe(third)
  await fourth
})

test('a failed sync is told to who waits for it, and the next one is tried anew', async () => {
  const job = makeJob()
  const sync = createFolderSync(openBeneath(job), 'a')
  await expect(sync()).rejects.toThrow('ENOENT')
  await expect(sync()).rejects.toThrow('ENOENT')
  mkdirSync(join(job, 'a'))
  await expect(sync()).resolves.toBeUndefined()
})

test.skipIf(process.platform !== 'linux')('a file system that knows no sync of a folder is no error', async () => {
  await expect(createFolderSync(openBeneath('/proc'), '')()).resolves.toBeUndefined()
})
