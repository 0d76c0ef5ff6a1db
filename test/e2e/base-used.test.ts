import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { SampleItem } from '../../src/demo/sample-plex/model.ts'
import { makeImage } from '../support/images.ts'
import { agentPoster, film } from '../support/sample-plex.ts'
import { type JobWorld, run, scriptRenderer, startJobWorld } from './job-world.ts'

let world: JobWorld
afterEach(async () => {
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

const backup = 'overlays/Movies Original Posters/101.jpg'

/** Kometa's part: after `reads` (of the item's artwork) and `before`, it uploads a poster that carries its mark or not. */
async function baseOf(
  options: { reads?: string; removesBackup?: boolean; restores?: boolean; hasBackup?: boolean } & Partial<SampleItem>,
) {
  const { reads = '', removesBackup = false, restores = false, hasBackup = false, ...item } = options
  world = await startJobWorld({
    libraries: [
      {
        key: 1,
        title: 'Movies',
        type: 'movie',
        items: [film('101', 'Nosferatu', { posters: [agentPoster('a')], ...item })],
      },
    ],
    config: (url) =>
      `plex: {url: "${url}", token: kCANARYplexToken0001}\ntmdb: {apikey: x}\nlibraries: {Movies: {overlay_files: [{default: resolution}]}}\n`,
  })
  mkdirSync(join(world.dir, 'overlays/Movies Original Posters'), { recursive: true })
  if (hasBackup) writeFileSync(join(world.dir, backup), await makeImage('jpg'))
  const upload = await makeImage('webp', restores ? {} : { mark: 'overlay' })
  const renderer = scriptRenderer(`
    const { readFileSync, rmSync } = require('node:fs')
    const config = readFileSync('kometa_run.yml', 'utf8')
    const url = /http:[^"'\\s]+/.exec(config)[0]
    const headers = { 'X-Plex-Token': /token: "?([\\w-]+)/.exec(config)[1] }
    const read = async (path) => { const answer = await fetch(url + path, { headers }); await answer.arrayBuffer(); return answer.status }
    ;(async () => {
      // Until what the proxy reads ahead of Kometa is there, and so certainly on record.
      await read('/library/metadata/101')
      await new Promise((done) => setImmediate(done))
      if (${JSON.stringify(reads)} !== '') await read(${JSON.stringify(reads)})
      if (${removesBackup}) rmSync(${JSON.stringify(backup)})
      await fetch(url + '/library/metadata/101/posters', { method: 'POST', headers, body: Buffer.from('${upload.toString('base64')}', 'base64') })
    })()`)
  const { summary } = await run(world, { specs: ['101'], renderer })
  return { base: summary.targets[0]?.base_used, restore: summary.targets[0]?.restore }
}

test('an asset: Kometa read no picture of Plex, whatever was read ahead for it', async () => {
  expect(await baseOf({})).toEqual({ base: 'asset', restore: false })
})

test('an asset goes before a backup, which Kometa removes then', async () => {
  expect(await baseOf({ labels: ['Overlay'], hasBackup: true, removesBackup: true })).toMatchObject({ base: 'asset' })
})

test('a backup', async () => {
  expect(await baseOf({ labels: ['Overlay'], hasBackup: true })).toMatchObject({ base: 'backup' })
})

test('a restore from a backup removes it, too', async () => {
  const found = await baseOf({ labels: ['Overlay'], hasBackup: true, removesBackup: true, restores: true })
  expect(found).toEqual({ base: 'backup', restore: true })
})

test('the poster that Plex shows', async () => {
  expect(await baseOf({ reads: '/library/metadata/101/thumb/1577880000' })).toMatchObject({ base: 'current poster' })
})
