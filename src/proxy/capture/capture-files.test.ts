import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openBeneath } from '../../util/beneath/beneath.ts'
import { createCaptureFiles } from './capture-files.ts'
import { captureFolders } from './folders.ts'

function world() {
  const dir = mkdtempSync(join(tmpdir(), 'capture-files-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return { dir, files: createCaptureFiles(openBeneath(dir), () => 0) }
}
const upload = { ratingKey: '1', kind: 'poster' } as const

test('folders that could not be made are made by the next upload', async () => {
  const { dir, files } = world()
  const [first = ''] = captureFolders.images.split('/')
  writeFileSync(join(dir, first), 'in the way')
  await expect(files.prepare()).rejects.toThrow()
  rmSync(join(dir, first))
  await files.prepare()
  expect(existsSync(join(dir, captureFolders.images))).toBe(true)
})

test('if one file of an upload cannot get its name, none of them stays', async () => {
  const { dir, files } = world()
  await files.prepare()
  const one = await files.open('images')
  await one.write(Buffer.from('one'))
  await one.finish()
  const two = await files.open('images')
  await two.write(Buffer.from('two'))
  await two.finish()
  await two.discard()
  const kept = [one, two].map((file) => ({ file, folder: 'images' as const, type: 'jpg' as const }))
  await expect(files.moveAll(upload as never, kept as never)).rejects.toThrow()
  expect(readdirSync(join(dir, captureFolders.images))).toEqual([])
})

test('folders that were removed are made again after forgetFolders', async () => {
  const { dir, files } = world()
  await files.prepare()
  rmSync(join(dir, captureFolders.images), { recursive: true })
  mkdirSync(dir, { recursive: true })
  files.forgetFolders()
  await files.prepare()
  expect(existsSync(join(dir, captureFolders.images))).toBe(true)
})
