import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { openJsonFile } from '../../src/server/json-file.ts'

const schema = z.array(z.string())
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'json-file-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})
async function open() {
  const told: unknown[] = []
  const file = await openJsonFile(join(folder, 'sets.json'), schema, [], (error) => told.push(error))
  return { file, told }
}

test.each([
  ['was cut off', '["a",'],
  ['holds something else', '{"a":1}'],
  ['is empty', ''],
])('a file that %s is kept aside and told, and what is saved next does not replace it', async (_name, text) => {
  writeFileSync(join(folder, 'sets.json'), text)
  const { file, told } = await open()
  const [name = ''] = readdirSync(folder)
  expect(name).toMatch(/^sets\.json\.damaged-\d+$/)
  expect(told).toMatchObject([
    {
      code: 'FILE_DAMAGED',
      message: `${join(folder, 'sets.json')} is damaged, and is not used`,
      hint: expect.stringContaining(join(folder, name)),
    },
  ])
  await file.set(['b'])
  expect(readFileSync(join(folder, name), 'utf8')).toBe(text)
  expect((await open()).file.get()).toEqual(['b'])
})

test('a file that does not exist yet, and a sound one, tell nothing', async () => {
  const { file, told } = await open()
  await file.set(['a'])
  const again = await open()
  expect([file.get(), again.file.get(), told, again.told]).toEqual([['a'], ['a'], [], []])
})
