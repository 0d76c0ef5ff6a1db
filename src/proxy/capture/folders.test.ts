import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createFolderSync, createTemporaryNames, makeFolder, namesIn, removeTemporaryFiles } from './folders.ts'

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
  await makeFolder(images)
  await makeFolder(others)
  for (const name of names) writeFileSync(join(images, name), '')
  writeFileSync(join(others, '.capture-1-2.tmp'), '')
  const kept = ['.capture-1.tmp', '.capture-1-2.tmp2', 'x.capture-1-2.tmp', '.capture-a-2.tmp', '1_poster_x.jpg']
  for (const name of kept) writeFileSync(join(others, name), '')
  expect(await removeTemporaryFiles(job)).toBe(4)
  expect(readdirSync(images)).toEqual([])
  expect(readdirSync(others).sort()).toEqual([...kept].sort())
  expect(await removeTemporaryFiles(job)).toBe(0)
})

test('a folder that is not there has no names; one that cannot be read is an error', async () => {
  const job = makeJob()
  expect(await namesIn(join(job, 'a'))).toEqual([])
  expect(await removeTemporaryFiles(job)).toBe(0)
  writeFileSync(join(job, 'file'), '')
  await expect(namesIn(join(job, 'file'))).rejects.toThrow('ENOTDIR')
})

test('folders are made with what is above them, once and again', async () => {
  const folder = join(makeJob(), 'a', 'b', 'c')
  await makeFolder(folder)
  await makeFolder(folder)
  expect(existsSync(folder)).toBe(true)
})

test('who asks for a sync while one runs shares the next one with all others who do', async () => {
  const sync = createFolderSync(makeJob())
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
  const folder = join(makeJob(), 'a')
  const sync = createFolderSync(folder)
  await expect(sync()).rejects.toThrow('ENOENT')
  await expect(sync()).rejects.toThrow('ENOENT')
  mkdirSync(folder)
  await expect(sync()).resolves.toBeUndefined()
})

test.skipIf(process.platform !== 'linux')('a file system that knows no sync of a folder is no error', async () => {
  await expect(createFolderSync('/proc')()).resolves.toBeUndefined()
})
