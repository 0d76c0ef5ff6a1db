import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { SampleItem } from '../../src/demo/sample-plex/model/model.ts'
import { makeImage } from '../support/images.ts'
import { agentPoster, film } from '../support/sample-plex.ts'
import { type JobWorld, run, scriptRenderer, startJobWorld } from './job-world.ts'

let world: JobWorld
afterEach(async () => {
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

const backup = 'overlays/Movies Original Posters/101.jpg'

/** Kometa's part: after `reads` (of the item's artwork) and `before`, it uploads a poster with or without its mark. */
async function baseOf(
  options: {
    reads?: string
    removesBackup?: boolean
    keepsNew?: boolean
    restores?: boolean
    hasBackup?: boolean
    assets?: boolean
  } & Partial<SampleItem>,
) {
  const { reads = '', removesBackup = false, restores = false, hasBackup = false, ...more } = options
  const { assets = false, keepsNew = false, ...item } = more
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
      `plex: {url: "${url}", token: kCANARYplexToken0001}\ntmdb: {apikey: x}\nlibraries: {Movies: {overlay_files: [{default: resolution}]}}\n${assets ? 'settings: {asset_directory: assets}\n' : ''}`,
  })
  mkdirSync(join(world.dir, 'overlays/Movies Original Posters'), { recursive: true })
  if (assets) mkdirSync(join(world.dir, 'assets'))
  if (hasBackup) writeFileSync(join(world.dir, backup), await makeImage('jpg'))
  const upload = restores ? await makeImage('jpg') : await makeImage('webp', { mark: 'overlay' })
  const renderer = scriptRenderer(`
    const { readFileSync, rmSync, writeFileSync } = require('node:fs')
    const config = readFileSync('kometa_run.yml', 'utf8')
    const url = /http:[^"'\\s]+/.exec(config)[0]
    const headers = { 'X-Plex-Token': /token: "?([\\w-]+)/.exec(config)[1] }
    const read = async (path) => { const answer = await fetch(url + path, { headers }); await answer.arrayBuffer(); return answer.status }
    ;(async () => {
      // Waits until what the proxy reads ahead for Kometa has arrived, and so is certainly on record.
      await read('/library/metadata/101')
      await new Promise((done) => setImmediate(done))
      if (${JSON.stringify(reads)} !== '') await read(${JSON.stringify(reads)})
      if (${removesBackup}) rmSync(${JSON.stringify(backup)})
      if (${keepsNew}) writeFileSync(${JSON.stringify(backup)}, 'downloaded')
      await fetch(url + '/library/metadata/101/posters', { method: 'POST', headers, body: Buffer.from('${upload.toString('base64')}', 'base64') })
    })()`)
  const { summary } = await run(world, { specs: ['101'], renderer })
  return { base: summary.targets[0]?.base_used, restore: summary.targets[0]?.restore }
}

test('an asset: Kometa read no picture from Plex, whatever was read ahead for it', async () => {
  expect(await baseOf({ assets: true })).toEqual({ base: 'asset', restore: false })
})

test('without an asset folder nothing is called an asset', async () => {
  expect(await baseOf({})).toEqual({ base: null, restore: false })
})

test('an asset takes precedence over a backup, which Kometa then removes', async () => {
  const found = await baseOf({ labels: ['Overlay'], hasBackup: true, removesBackup: true, assets: true })
  expect(found).toMatchObject({ base: 'asset' })
})

test('a backup', async () => {
  expect(await baseOf({ labels: ['Overlay'], hasBackup: true, assets: true })).toMatchObject({ base: 'backup' })
})

test('restoring a backup removes the backup too', async () => {
  const found = await baseOf({
    labels: ['Overlay'],
    hasBackup: true,
    removesBackup: true,
    restores: true,
    assets: true,
  })
  expect(found).toEqual({ base: 'backup', restore: true })
})

test('the poster that Plex shows', async () => {
  const reads = '/library/metadata/101/thumb/1577880000'
  expect(await baseOf({ reads, keepsNew: true })).toMatchObject({ base: 'current poster' })
})

test('a poster that Kometa did not fetch from Plex', async () => {
  expect(await baseOf({ labels: ['Overlay'], keepsNew: true, assets: true })).toMatchObject({
    base: 'poster from the internet',
  })
})
