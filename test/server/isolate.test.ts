import { expect, test } from 'vitest'
import { AppError } from '../../src/contract/errors.ts'
import { sampleRenderer } from '../../src/demo/demo-world.ts'
import { chosen, type IsolateMode } from '../../src/kometa/isolation/isolation.ts'
import { type KometaRunner, localRunner } from '../../src/kometa/process/runner.ts'
import { openStudio } from './open-studio.ts'

/** A system that allows no network namespace, such as most containers. */
const nowhere: KometaRunner = {
  ...localRunner,
  async isolate(mode) {
    if (mode === 'on')
      throw new AppError('ISOLATION_UNAVAILABLE', 'Kometa cannot be isolated here: the system forbids it')
    return chosen({ mode: 'none', why: 'The system forbids it.' })
  },
}

async function statusWith(isolate?: IsolateMode) {
  await using it = await openStudio({
    makeRenderer: async () => ({ ...sampleRenderer(), runner: nowhere }),
    ...(isolate === undefined ? {} : { isolate }),
  })
  const connection = await it.connect()
  const server = connection.servers[0]?.id ?? ''
  const { id } = await it.get('startJob', {
    body: { connectionId: connection.id, targets: [{ server, ratingKey: '101' }] },
  })
  const job = () => it.get('getJob', { params: { jobId: id } })
  await expect.poll(async () => (await job()).status, { timeout: 40_000 }).toMatch(/^(?:success|failed)$/)
  // Awaited, because the studio ends with this function.
  return await job()
}

test('serve --isolate on: a job without its namespace is refused, and says so', async () => {
  expect(await statusWith('on')).toMatchObject({ status: 'failed', problem: { code: 'ISOLATION_UNAVAILABLE' } })
})

test('without --isolate on, the job runs without a namespace', async () => {
  expect(await statusWith()).toMatchObject({ status: 'success', problem: null })
})
