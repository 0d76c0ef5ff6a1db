import { expect, test } from 'vitest'
import { jobPath, routeOf, targetPath } from './route.ts'

test.each([
  ['/', 'start', null],
  ['/connect', 'connect', null],
  ['/jobs', 'jobs', null],
  ['/jobs/a/compare', 'compare', 'a'],
  ['/jobs/a%20b/run', 'run', 'a b'],
  ['/jobs/a/b/run', 'unknown', null],
  ['/jobs/a/elsewhere', 'unknown', null],
  ['/compare/', 'unknown', null],
  ['/toString', 'unknown', null],
])('%s', (path, screen, jobId) => expect(routeOf(path)).toEqual({ screen, jobId }))

test('the address of a job leads back to that job, whatever its name', () => {
  for (const id of ['plain', 'with space', 'a/b', 'ü?#&%']) {
    expect(routeOf(jobPath('safety', id))).toEqual({ screen: 'safety', jobId: id })
    expect(new URL(targetPath('job', id), 'http://x').searchParams.get('target')).toBe(id)
  }
})
