import { request } from 'undici'
import { expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { type StudioProgram, startStudioProgram } from '../browser/support/programs.ts'
import { smallLibraries, startSamplePlex } from '../support/sample-plex.ts'
import { listen } from './event-source.ts'
import { defaultConfig, plexToken } from './open-studio.ts'

/** Rounds before the first measurement, in which modules, pools and caches fill. */
const warmRounds = 2
const rounds = Number(process.env.KOMETA_PREVIEW_FLAT_ROUNDS ?? 3)
const jobsPerRound = 1
const windowsPerJob = 12
/** Twice the measured growth (docs/performance.md), since bounded caches still grow in the first rounds. */
const maxHeapGrowthPerRound = 400_000
/**
 * What V8 compiles, and learns of code that runs often, is no part of the figure: it was 250,000 bytes of each round.
 */
const steadyCode = ['--no-sparkplug', '--no-opt', '--no-lazy-feedback-allocation']

test('serve keeps nothing of deleted jobs and closed windows', async () => {
  await using plex = await startSamplePlex({ libraries: smallLibraries(), token: plexToken })
  await using studio = await startStudioProgram(defaultConfig(plex), { webDir: '' }, steadyCode)
  const held: Awaited<ReturnType<StudioProgram['holds']>>[] = []
  for (let round = 0; round < warmRounds + rounds; round += 1) {
    await liveThrough(studio)
    if (round >= warmRounds) held.push(await studio.holds())
  }
  const [first, last] = [held[0], held.at(-1)]
  if (!first || !last) throw new Error('nothing was measured')
  console.log(
    held
      .map(
        ({ heapBytes, externalBytes, descriptors }, at) =>
          `round ${at}: heap ${(heapBytes / 1e6).toFixed(2)} MB, buffers ${(externalBytes / 1e6).toFixed(2)} MB, ${descriptors} descriptors`,
      )
      .join('\n'),
  )
  const growth = (last.heapBytes - first.heapBytes) / (held.length - 1)
  expect(growth, 'bytes of heap that a round leaves behind').toBeLessThan(maxHeapGrowthPerRound)
  expect(last.externalBytes - first.externalBytes, 'bytes of buffers').toBeLessThan(4_000_000)
  if (first.descriptors !== null && last.descriptors !== null) {
    // The number of kept-alive connections varies.
    expect(last.descriptors - first.descriptors, 'open descriptors').toBeLessThanOrEqual(10)
  }
  expect(plex.writes).toEqual([])
}, 900_000)

/**
 * What a person does in an hour: previews, windows that watch them, pictures, a zip that is not read to its end; all is
 * deleted.
 */
async function liveThrough(studio: StudioProgram): Promise<void> {
  const { connection } = await studio.get('getConnection')
  const server = connection?.servers[0]?.id ?? ''
  const started = []
  for (let job = 0; job < jobsPerRound; job += 1) {
    const targets = ['101', '2011'].map((ratingKey) => ({ server, ratingKey }))
    started.push(await studio.get('startJob', { body: { connectionId: connection?.id ?? '', targets } }))
  }
  for (const { id } of started) {
    const url = studio.url + apiUrl('jobEvents', { jobId: id })
    const windows = Array.from({ length: windowsPerJob }, () => listen(url))
    // Some windows close before the end.
    for (const window of windows.slice(0, windowsPerJob / 2)) {
      await window.until(() => true)
      window[Symbol.dispose]()
    }
    await Promise.all(windows.slice(windowsPerJob / 2).map(({ closed }) => closed))
    const job = await studio.get('getJob', { params: { jobId: id } })
    for (const target of job.targets) {
      for (const image of [target.before, target.after]) {
        if (!image) continue
        await read(studio.url + apiUrl('jobImage', { jobId: id, sha256: image.sha256 }))
        await read(studio.url + apiUrl('jobImage', { jobId: id, sha256: image.sha256 }, { w: 120 }))
      }
      await read(studio.url + apiUrl('jobDifference', { jobId: id, targetId: target.id }))
    }
    const zip = await request(studio.url + apiUrl('jobZip', { jobId: id }))
    zip.body.on('error', () => undefined).destroy()
    await read(studio.url + apiUrl('jobLog', { jobId: id }))
  }
  for (let call = 0; call < 50; call += 1) {
    await studio.get('getState')
    await studio.get('listJobs')
    await read(studio.url + apiUrl('listItems', {}, { q: 'm', limit: 20 }))
    await read(studio.url + apiUrl('itemThumbnail', { server, ratingKey: '101' }, { w: 120 }))
  }
  for (const { id } of started) await read(studio.url + apiUrl('deleteJob', { jobId: id }), 'DELETE')
  expect((await studio.get('listJobs')).jobs).toEqual([])
}

async function read(url: string, method: 'GET' | 'DELETE' = 'GET'): Promise<void> {
  const answer = await request(url, { method })
  await answer.body.arrayBuffer()
  expect([url, answer.statusCode < 300]).toEqual([url, true])
}
