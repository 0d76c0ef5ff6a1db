import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openBeneath } from '../../util/beneath/beneath.ts'
import { createTemporaryFile } from './temporary-file.ts'

function makeFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'temporary-file-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

test.each([
  ['no byte', []],
  ['chunks, one of them empty', [Buffer.from('ab'), Buffer.alloc(0), Buffer.from('c')]],
  ['more than one batch', [Buffer.alloc(200_000, 1), Buffer.alloc(200_000, 2), Buffer.alloc(5, 3)]],
])('%s: hashed, counted, moved', async (_name, chunks) => {
  const dir = makeFolder()
  const job = openBeneath(dir)
  const [path, final] = [join(dir, 'a.tmp'), join(dir, 'a.jpg')]
  const whole = Buffer.concat(chunks)
  const file = await createTemporaryFile(job, 'a.tmp')
  expect(() => file.sha256()).toThrow('not finished')
  for (const chunk of chunks) await file.write(chunk)
  expect(file.bytes()).toBe(whole.length)
  await file.finish()
  await file.finish()
  expect(file.sha256()).toBe(sha256(whole))
  expect(readFileSync(path).equals(whole)).toBe(true)
  expect(Buffer.concat(await file.stream().toArray()).equals(whole)).toBe(true)
  await file.moveTo('a.jpg')
  expect([existsSync(path), readFileSync(final).equals(whole)]).toEqual([false, true])
  await file.discard()
  expect(existsSync(final)).toBe(true)
})

test('bytes are gathered up to 256 KiB and then written', async () => {
  const dir = makeFolder()
  const path = join(dir, 'a.tmp')
  const file = await createTemporaryFile(openBeneath(dir), 'a.tmp')
  await file.write(Buffer.alloc(262_143))
  expect(statSync(path).size).toBe(0)
  await file.write(Buffer.alloc(1))
  expect(statSync(path).size).toBe(262_144)
  await file.write(Buffer.alloc(262_143))
  expect(statSync(path).size).toBe(262_144)
  await file.discard()
})

test('what is moved without being finished is whole too', async () => {
  const dir = makeFolder()
  const file = await createTemporaryFile(openBeneath(dir), 'a.tmp')
  await file.write(Buffer.from('abc'))
  await file.moveTo('a.bin')
  expect(readFileSync(join(dir, 'a.bin'), 'utf8')).toBe('abc')
})

test('a file that is not moved goes, once or twice, and when it is gone already', async () => {
  const dir = makeFolder()
  const path = join(dir, 'a.tmp')
  const file = await createTemporaryFile(openBeneath(dir), 'a.tmp')
  await file.write(Buffer.from('abc'))
  await file.discard()
  expect(existsSync(path)).toBe(false)
  await file.discard()
  await expect(file.moveTo('a.tmp.x')).rejects.toThrow()
  expect(existsSync(`${path}.x`)).toBe(false)
})

test('never onto what is there: not onto a file, nor through a link', async () => {
  const dir = makeFolder()
  writeFileSync(join(dir, 'theirs'), 'theirs')
  symlinkSync(join(dir, 'elsewhere'), join(dir, 'link'))
  await expect(createTemporaryFile(openBeneath(dir), 'theirs')).rejects.toThrow('EEXIST')
  await expect(createTemporaryFile(openBeneath(dir), 'link')).rejects.toThrow('EEXIST')
  expect(readFileSync(join(dir, 'theirs'), 'utf8')).toBe('theirs')
  expect(existsSync(join(dir, 'elsewhere'))).toBe(false)
})

test.skipIf(process.platform === 'win32')('others may read it', async () => {
  const dir = makeFolder()
  const path = join(dir, 'a.tmp')
  const before = process.umask(0)
  const file = await createTemporaryFile(openBeneath(dir), 'a.tmp').finally(() => process.umask(before))
  expect(statSync(path).mode & 0o777).toBe(0o644)
  await file.discard()
})
