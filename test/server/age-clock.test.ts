import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type AgeClockOptions, createAgeClock, type SeenTime } from '../../src/server/jobs/store/age-clock.ts'
import { openStudio } from './open-studio.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const today = Date.UTC(2026, 10, 30)

/** A clock that the test can set, and one that nobody can set. */
function openClock({ seenAtMs = today, newestRecordMs = 0 } = {}) {
  let [wall, running] = [today, 0]
  let seen: SeenTime = { seenAtMs }
  const options: AgeClockOptions = {
    seen: {
      get: () => seen,
      async set(next) {
        seen = next
      },
    },
    newestRecordMs: () => newestRecordMs,
    onFailure: (error) => {
      throw error
    },
    wallMs: () => wall,
    runningMs: () => running,
  }
  const ages = createAgeClock(options)
  return {
    /** Lets time pass; `jump` is how far somebody sets the clock meanwhile. */
    after(passedMs: number, jumpMs = 0): number | null {
      running += passedMs
      wall += passedMs + jumpMs
      return ages.now()
    },
    wall: () => wall,
    seen: () => seen.seenAtMs,
  }
}

test('a clock that nobody sets is trusted', () => {
  const clock = openClock()
  expect(clock.after(0)).toBe(today)
  expect(clock.after(hourMs)).toBe(today + hourMs)
  expect(clock.after(40 * dayMs)).toBe(today + hourMs + 40 * dayMs)
  expect(clock.seen()).toBe(clock.wall())
})

test.each([
  ['45 days ahead at the start', 0, 45 * dayMs],
  ['45 days back at the start', 0, -45 * dayMs],
])('%s: nothing is removed for its age for an hour', (_name, passedMs, jump) => {
  const clock = openClock()
  expect(clock.after(passedMs, jump)).toBeNull()
  expect(clock.seen()).toBe(today)
  expect(clock.after(59 * minuteMs)).toBeNull()
  expect(clock.after(minuteMs)).toBe(clock.wall())
})

test.each([
  ['ahead', 45 * dayMs],
  ['back', -45 * dayMs],
])('a jump %s while the studio runs, and the jump back, each stop deletion for an hour', (_name, jump) => {
  const clock = openClock()
  expect(clock.after(hourMs)).not.toBeNull()
  expect(clock.after(hourMs, jump)).toBeNull()
  expect(clock.after(30 * minuteMs, -jump)).toBeNull()
  expect(clock.after(59 * minuteMs)).toBeNull()
  expect(clock.after(minuteMs)).toBe(today + 2 * hourMs + 90 * minuteMs)
})

test('our own records count if no earlier time was kept', () => {
  expect(openClock({ seenAtMs: 0, newestRecordMs: today - 45 * dayMs }).after(0)).toBeNull()
  expect(openClock({ seenAtMs: 0, newestRecordMs: today - hourMs }).after(0)).toBe(today)
})

test('without any evidence there is nothing to delete, and the clock is trusted', () => {
  expect(openClock({ seenAtMs: 0 }).after(0)).toBe(today)
})

test('a studio whose clock is 45 days ahead at its start keeps its previews', async () => {
  await using it = await openStudio()
  const connection = await it.connect()
  const targets = [{ server: connection.servers[0]?.id ?? '', ratingKey: '101' }]
  const { id } = await it.get('startJob', { body: { connectionId: connection.id, targets } })
  await expect
    .poll(async () => (await it.get('getJob', { params: { jobId: id } })).status, { timeout: 60_000 })
    .toBe('success')
  await it.get('updateSettings', { body: { maxAgeDays: 30, maxJobs: 0, maxBytes: 0 } })
  await it.studio[Symbol.asyncDispose]()
  // Makes all that was written 45 days older, as if the clock had been set.
  for (const path of [join('jobs', id, 'studio', 'job.json'), join('studio', 'seen-time.json')])
    await makeOlder(join(it.dataDir, path))

  const again = await openStudio({ dir: it.dir, plex: it.plex })
  expect((await again.get('listJobs')).jobs.map((job) => job.id)).toEqual([id])
  expect(await again.get('pruneJobs')).toMatchObject({ removed: [] })
  expect((await again.get('getSettings')).usage.prunable.jobs).toBe(0)
  await again.studio[Symbol.asyncDispose]()
  expect(await readdir(join(it.dataDir, 'jobs'))).toContain(id)
  expect(again.failures).toEqual([])
}, 120_000)

async function makeOlder(path: string): Promise<void> {
  const older = (text: string) => new Date(Date.parse(text) - 45 * dayMs).toISOString()
  const text = await readFile(path, 'utf8')
  const dated = text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, older)
  await writeFile(
    path,
    dated.replaceAll(/(?<="seenAtMs": ?)\d+/g, (ms) => String(Number(ms) - 45 * dayMs)),
  )
}
