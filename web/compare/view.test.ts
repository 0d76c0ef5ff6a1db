import { expect, test } from 'vitest'
import type { JobDetail, StudioTarget } from '../../src/contract/api/api.ts'
import { countOf, targetsOfView } from './view.ts'

const targets = [
  { id: '1', title: 'Nosferatu', outcome: 'changed', difference: 0.2 },
  { id: '2', title: 'Äbtissin', outcome: 'missing', difference: null },
  { id: '3', title: 'Metropolis', outcome: 'error', difference: null },
  { id: '4', title: 'The General', outcome: 'changed', difference: 0.5 },
] as unknown as StudioTarget[]
const ids = (...given: Parameters<typeof targetsOfView>) => targetsOfView(...given).map(({ id }) => id)

test('the results are in the order in which they were chosen', () => {
  expect(ids(targets, { filter: 'all', sort: 'chosen' })).toEqual(['1', '2', '3', '4'])
})

test('a filter leaves the results of one outcome, and its count is the same number', () => {
  expect(ids(targets, { filter: 'changed', sort: 'chosen' })).toEqual(['1', '4'])
  const job = { targets, extras: [{}, {}] } as unknown as JobDetail
  expect([countOf(job, 'changed'), countOf(job, 'all'), countOf(job, 'extra')]).toEqual([2, 4, 2])
})

test.each([
  ['difference', ['4', '1', '2', '3']],
  ['problems', ['3', '2', '1', '4']],
  ['title', ['2', '3', '1', '4']],
] as const)('sorted by %s', (sort, sorted) => expect(ids(targets, { filter: 'all', sort })).toEqual(sorted))
