import { request } from 'undici'
import { expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { startStudioProgram } from '../browser/support/programs.ts'
import { smallLibraries, startSamplePlex } from '../support/sample-plex.ts'
import { defaultConfig, plexToken } from './open-studio.ts'

const linesPerSecond = 10_000
/** The lines that fill the 8 MB of events that a running job keeps in memory. */
const firstLines = 60_000
const lastLines = 160_000
/** Half of those events are removed at a time; 100,000 lines are 17 MB of text. */
const maxGrowthBytes = 8_000_000

test('a long log is not kept in memory: a window that watches it, and more lines, take no more memory', async () => {
  await using plex = await startSamplePlex({ libraries: smallLibraries(), token: plexToken })
  await using studio = await startStudioProgram(defaultConfig(plex), { webDir: '', linesPerSecond })
  const { connection } = await studio.get('getConnection')
  const targets = [{ server: connection?.servers[0]?.id ?? '', ratingKey: '101' }]
  const job = await studio.get('startJob', { body: { connectionId: connection?.id ?? '', targets } })

  const window = await request(studio.url + apiUrl('jobEvents', { jobId: job.id }))
  const decoder = new TextDecoder()
  let tail = ''
  let newest = 0
  const held: number[] = []
  for await (const chunk of window.body) {
    tail = (tail + decoder.decode(chunk, { stream: true })).slice(-64 * 1024)
    newest = Number(
      tail
        .match(/"n":\d+/g)
        ?.at(-1)
        ?.slice('"n":'.length) ?? newest,
    )
    if (newest < (held.length === 0 ? firstLines : lastLines)) continue
    const { heapBytes, externalBytes } = await studio.holds()
    held.push(heapBytes + externalBytes)
    if (held.length === 2) break
  }
  const [first = 0, last = Number.POSITIVE_INFINITY] = held
  console.log(
    `${(first / 1e6).toFixed(1)} MB after ${firstLines} lines, ${(last / 1e6).toFixed(1)} MB after ${lastLines}`,
  )
  expect(last - first).toBeLessThan(maxGrowthBytes)
}, 300_000)
