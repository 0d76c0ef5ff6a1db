import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTrustedPairs } from '../../../src/config/trust/trusted-pairs.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trusted-pairs-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const folder = () => join(dir, 'trust')
const place = async () => join(folder(), (await readdir(folder()))[0] ?? '')

test('pairs are remembered for one file and no other, in every process', async () => {
  await createTrustedPairs(dir).remember('/config.yml', ['a', 'b'])
  await createTrustedPairs(dir).remember('/config.yml', ['c'])
  const pairs = createTrustedPairs(dir)
  expect(await pairs.knows('/config.yml', ['a', 'b', 'c'])).toBe(true)
  expect(await pairs.knows('/config.yml', [])).toBe(true)
  expect(await pairs.knows('/config.yml', ['a', 'd'])).toBe(false)
  expect(await pairs.knows('/other.yml', ['a'])).toBe(false)
})

test('the files contain neither a pair nor a path', async () => {
  await createTrustedPairs(dir).remember('/home/me/config.yml', ['http://10.0.0.5 kCANARYtoken'])
  const [name = ''] = await readdir(folder())
  expect(name + (await readFile(await place(), 'utf8'))).not.toMatch(/kCANARY|10\.0\.0\.5|config/)
})

test('known pairs, and no pairs at all, write nothing', async () => {
  const pairs = createTrustedPairs(dir)
  await pairs.remember('/config.yml', [])
  expect(await readdir(dir)).toEqual([])
  await pairs.remember('/config.yml', ['a'])
  const file = await place()
  const longAgo = new Date(0)
  await utimes(file, longAgo, longAgo)
  await pairs.remember('/config.yml', ['a'])
  expect(await readdir(folder())).toHaveLength(1)
})

test.each(['', '{', '[]', '{"pairs": [1]}'])('a damaged file counts as missing: %j', async (text) => {
  const pairs = createTrustedPairs(dir)
  await pairs.remember('/config.yml', ['a'])
  await writeFile(await place(), text)
  expect(await pairs.knows('/config.yml', ['a'])).toBe(false)
  await pairs.remember('/config.yml', ['a'])
  expect(await pairs.knows('/config.yml', ['a'])).toBe(true)
})

test('an unreadable file is no reason to trust', async () => {
  const pairs = createTrustedPairs(dir)
  await pairs.remember('/config.yml', ['a'])
  const file = await place()
  await rm(file)
  await mkdir(file)
  await expect(pairs.knows('/config.yml', ['a'])).rejects.toThrow(/EISDIR/)
})

test('the last 2,000 pairs of a file stay', async () => {
  const pairs = createTrustedPairs(dir)
  const many = Array.from({ length: 2_001 }, (_, at) => `pair ${at}`)
  await pairs.remember('/config.yml', many)
  expect(await pairs.knows('/config.yml', many.slice(1))).toBe(true)
  expect(await pairs.knows('/config.yml', many.slice(0, 1))).toBe(false)
})

test('the last 1,000 files stay', async () => {
  await mkdir(folder(), { recursive: true })
  const names = Array.from({ length: 1_002 }, (_, at) => `${String(at).padStart(64, '0')}.json`)
  for (const [at, name] of names.entries()) {
    await writeFile(join(folder(), name), '{"pairs": []}')
    await utimes(join(folder(), name), at + 1, at + 1)
  }
  await createTrustedPairs(dir).remember('/config.yml', ['a'])
  const left = await readdir(folder())
  expect(left).toHaveLength(1_000)
  expect(names.filter((name) => !left.includes(name))).toEqual(names.slice(0, 3))
  expect(await createTrustedPairs(dir).knows('/config.yml', ['a'])).toBe(true)
})
