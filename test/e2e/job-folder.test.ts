import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { filesBelow, type JobWorld, run, startJobWorld } from './job-world.ts'

let world: JobWorld
beforeEach(async () => {
  world = await startJobWorld()
})
afterEach(async () => {
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

test('a folder with a preview.yml of the user is refused, and the results in it stay', async () => {
  await run(world, { specs: ['Nosferatu'] })
  mkdirSync(join(world.jobDir, 'config'))
  writeFileSync(join(world.jobDir, 'config/preview.yml'), 'preview: {targets: []}\n')
  const results = () => filesBelow(join(world.jobDir, 'output'))
  const before = results()
  await expect(run(world, { specs: ['M'], writeJobFile: true })).rejects.toMatchObject({ code: 'BAD_USAGE' })
  expect(results()).toEqual(before)
})

test.each([
  ['a file', ''],
  ['below a file', '/deeper'],
])('a job folder that is %s: one line', async (_name, below) => {
  const file = join(world.dir, 'file')
  writeFileSync(file, '')
  await expect(run(world, { specs: ['M'], jobDir: file + below })).rejects.toMatchObject({
    code: 'FOLDER_UNUSABLE',
    message: expect.stringContaining(`${file}`) as string,
  })
})

test('a data folder that is a file: one line, and nothing was started', async () => {
  const file = join(world.dir, 'file')
  writeFileSync(file, '')
  await expect(run(world, { specs: ['M'], dataDir: file })).rejects.toMatchObject({ code: 'FOLDER_UNUSABLE' })
  expect(existsSync(join(world.jobDir, 'output/summary.json'))).toBe(false)
})
