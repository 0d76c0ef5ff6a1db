import { readdirSync, readlinkSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from './event-source.ts'
import { openStudio } from './open-studio.ts'

/** The files below a folder that this process has open. */
const openBelow = (folder: string): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(folder) ? [path] : []
    } catch {
      // It has been closed since it was listed.
      return []
    }
  })

test.skipIf(process.platform !== 'linux')(
  'what is not read to its end leaves no file open',
  async () => {
    await using it = await openStudio()
    const { id: connectionId, servers } = await it.connect()
    const targets = ['101', '2011'].map((ratingKey) => ({ server: servers[0]?.id ?? '', ratingKey }))
    const { id: jobId } = await it.get('startJob', { body: { connectionId, targets } })
    using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId }))
    await stream.until(({ event }) => event.type === 'closed')
    const job = join(it.dataDir, 'jobs', jobId)
    // The pictures are larger than the buffers of a connection.
    for (const name of ['a', 'b']) await writeFile(join(job, 'output', `${name}_after.png`), Buffer.alloc(8_000_000))
    const image = (await it.get('getJob', { params: { jobId } })).targets[0]?.after?.sha256 ?? ''
    const urls = [
      apiUrl('jobZip', { jobId }),
      apiUrl('jobImage', { jobId, sha256: image }),
      apiUrl('jobLog', { jobId }),
    ]
    for (const url of urls) {
      for (let at = 0; at < 8; at += 1) {
        const { body, statusCode } = await request(it.studio.url + url)
        expect(statusCode).toBe(200)
        body.on('error', () => undefined)
        if (at % 2 === 1) await body[Symbol.asyncIterator]().next()
        body.destroy()
      }
      await expect.poll(() => openBelow(job), { message: url, timeout: 10_000 }).toEqual([])
    }
  },
  120_000,
)
