import { readdirSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { apiUrl } from '../../src/contract/api/api-paths.ts'
import { listen } from './event-source.ts'
import { openStudio } from './open-studio.ts'

const rounds = 150

test('a job is deleted and changed at the same time: each answer is in words, and nothing is left of it', async () => {
  await using it = await openStudio()
  const connection = await it.connect()
  const targets = [{ server: connection.servers[0]?.id ?? '', ratingKey: '101' }]
  const job = await it.get('startJob', { body: { connectionId: connection.id, targets } })
  {
    using stream = listen(it.studio.url + apiUrl('jobEvents', { jobId: job.id }))
    await stream.until(({ event }) => event.type === 'closed')
  }
  const jobs = join(it.dataDir, 'jobs')
  const model = join(it.dir, 'model')
  await cp(join(jobs, job.id), model, { recursive: true })
  await rm(join(model, 'studio'), { recursive: true })

  const statuses = new Map<number, number>()
  const wordless: unknown[] = []
  for (let round = 0; round < rounds; round += 1) {
    const params = { jobId: `round-${round}` }
    await cp(model, join(jobs, params.jobId), { recursive: true })
    await it.get('listJobs')
    const change = (keep: boolean) => it.call('updateJob', { params, body: { keep } })
    const answers = await Promise.all([
      change(true),
      it.call('deleteJob', { params }),
      change(false),
      it.call('listJobs'),
      it.call('deleteJob', { params }),
      change(true),
      it.call('getJob', { params }),
      it.call('deleteJob', { params }),
    ])
    for (const { status, body } of answers) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status >= 400 && !/\w \w/.test(String((body as { error?: { message?: string } }).error?.message)))
        wordless.push(body)
    }
    expect((await it.call('getJob', { params })).status).toBe(404)
  }
  expect([...statuses.keys()].filter((status) => ![200, 204, 404, 409].includes(status))).toEqual([])
  expect(statuses.get(204)).toBe(rounds)
  expect(wordless).toEqual([])
  expect(readdirSync(jobs)).toEqual([job.id])
  expect(it.failures).toEqual([])
}, 300_000)
