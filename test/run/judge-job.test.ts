import { expect, test } from 'vitest'
import { judgeJob } from '../../src/run/summary/judge-job.ts'

const whole = { cancelled: false, kometaProblems: [], refusedReads: [], narrowedWrongly: false, dropped: 0 }
const target = (title: string, reason: string | null) =>
  ({ id: title, title, status: reason === null ? 'exported' : 'missing', reason }) as const

test('a reason that several targets share is said once, with five of their titles', () => {
  const targets = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((title) => target(title, 'No overlay matched this item.'))
  const { status, problems } = judgeJob({ ...whole, targets: [...targets, target('H', 'another'), target('I', null)] })
  expect(status).toBe('partial')
  expect(problems).toEqual(['A, B, C, D, E and 2 more: No overlay matched this item.', 'H: another'])
})

test('why Kometa failed is not repeated for each target', () => {
  const reason = 'Kometa could not reach TMDb (api.themoviedb.org).'
  const { problems } = judgeJob({
    ...whole,
    kometaProblems: [reason],
    targets: [target('A', reason), target('B', reason)],
  })
  expect(problems).toEqual([reason, 'No picture of any target came.'])
})

test('a job is no success if a real run may draw another picture', () => {
  const cause = '"top" in config/o.yml has a limit'
  const targets = [
    { ...target('A', null), may_differ: [cause] },
    target('B', null),
    { ...target('C', null), may_differ: [cause] },
  ]
  expect(judgeJob({ ...whole, targets })).toEqual({
    status: 'partial',
    problems: [`A real run may draw A, C otherwise: ${cause}`],
  })
})
