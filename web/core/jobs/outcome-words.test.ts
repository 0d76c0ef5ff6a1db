import { describe, expect, test } from 'vitest'
import type { JobEntry, Outcome, StudioJobStatus, StudioTarget } from '../../../src/contract/api/api.ts'
import { missingWords } from '../../compare/detail/missing-words.ts'
import { runSign } from '../../frame/rail-signs.ts'
import { problemNotes } from '../../watch/problem-words.ts'
import { countsWords, jobState, outcomeTone, outcomeWords } from './job-words.ts'

/** Words and colours of how a job and its items came out. */
const none: JobEntry['counts'] = {
  changed: 0,
  unchanged: 0,
  missing: 0,
  incomplete: 0,
  error: 0,
  extra: 0,
  untouched: 0,
  cancelled: 0,
}
const job = (
  status: StudioJobStatus,
  counts: Partial<JobEntry['counts']> = {},
  onlyUntouched = false,
  faultCount = 0,
) => ({
  status,
  counts: { ...none, ...counts },
  onlyUntouched,
  faultCount,
})

describe('a job', () => {
  test.each([
    [job('success'), 'Finished', 'good', 'check'],
    [job('success', {}, false, 2), 'Finished with faults', 'warn', 'warning'],
    [job('partial', { untouched: 1 }, true, 1), 'Finished with faults', 'warn', 'warning'],
    [job('failed', {}, false, 1), 'Failed', 'bad', 'cross'],
    [job('partial', { missing: 1 }), 'Partly finished', 'warn', 'warning'],
    [job('partial', { error: 1 }), 'Partly finished', 'bad', 'cross'],
    [job('failed', { error: 1 }), 'Failed', 'bad', 'cross'],
    [job('cancelled', { cancelled: 2 }), 'Cancelled', 'plain', 'stop'],
    [job('interrupted'), 'Interrupted', 'warn', 'warning'],
    [job('partial', { changed: 1, untouched: 1 }, true), 'Finished', 'good', 'check'],
    [job('failed', { untouched: 1 }, true), 'Nothing to draw', 'plain', 'stop'],
  ] as const)('%o is "%s", in the tone %s, with the sign %s on the rail', (one, words, tone, icon) => {
    expect(jobState(one)).toEqual({ words, tone })
    expect(runSign(one)).toEqual({ tone, icon, words: words.toLowerCase() })
  })

  test('counts name what was left as it is, and what was not drawn', () => {
    const counts = { ...none, changed: 5, untouched: 2, cancelled: 1, error: 1 }
    expect(countsWords({ counts })).toBe('5 changed · 2 left as they are · 1 error · 1 not drawn')
  })
})

describe('an item without a picture', () => {
  test.each([
    ['untouched', 'plain', 'Left as it is'],
    ['cancelled', 'plain', 'Not drawn: cancelled'],
    ['interrupted', 'warn', 'Not drawn: interrupted'],
    ['missing', 'warn', 'Missing'],
    ['error', 'bad', 'Error'],
  ] as const)('%s: %s, "%s"', (outcome, tone, words) => {
    expect([outcomeTone[outcome], outcomeWords[outcome]]).toEqual([tone, words])
  })

  test.each([
    [
      'error',
      'Kometa could not draw it: Image Error: Not Found on Image URL: (redacted)/poster.jpg',
      { headline: 'Kometa could not draw it.', detail: 'Image Error: Not Found on Image URL: (redacted)/poster.jpg' },
    ],
    [
      'missing',
      'No overlay matched this item. Definitions that failed: Old (Overlay Error: x).',
      { headline: 'No overlay matched this item.', detail: 'Definitions that failed: Old (Overlay Error: x).' },
    ],
    ['untouched', 'No overlay matched this item.', { headline: 'No overlay matched this item.', detail: null }],
    ['cancelled', 'The run was cancelled.', { headline: 'Not drawn: cancelled', detail: null }],
    ['error', null, { headline: 'Kometa drew nothing for this item.', detail: null }],
  ] as const)('%s because of %j has a headline of one sentence', (outcome, reason, expected) => {
    expect(missingWords(outcome, reason)).toMatchObject(expected)
  })
})

describe('why a job is no success', () => {
  const target = (title: string, outcome: Outcome, reason: string) => ({ title, outcome, reason }) as StudioTarget
  const notesOf = (status: StudioJobStatus, problems: string[], targets: StudioTarget[]) =>
    problemNotes({ status, problems, targets })
  const failed = 'Kometa could not draw it: Overlay Error: No poster found'
  const unmatched = 'No overlay matched this item.'

  test('errors, doubts and what is left as it is stand apart, each in its colour', () => {
    const targets = [
      target('A', 'error', failed),
      target('B', 'untouched', unmatched),
      target('C', 'missing', 'No overlay matched this item. Definitions that failed: x.'),
    ]
    const notes = notesOf(
      'partial',
      targets.map(({ title, reason }) => `${title}: ${reason}`),
      targets,
    )
    expect(notes).toEqual([
      { tone: 'bad', lines: [`A: ${failed}`] },
      { tone: 'warn', lines: ['C: No overlay matched this item. Definitions that failed: x.'] },
      { tone: 'plain', lines: [`B: ${unmatched}`] },
    ])
  })

  test('a job on which Kometa draws nothing says so once, and without alarm', () => {
    const targets = ['A', 'B', 'C'].map((title) => target(title, 'untouched', unmatched))
    const problems = ['No picture of any target came.', `A, B, C: ${unmatched}`]
    expect(notesOf('failed', problems, targets)).toEqual([{ tone: 'plain', lines: [`A, B and C: ${unmatched}`] }])
  })

  test('a cancelled job has no problems but those that came before', () => {
    const cancelled = target('A', 'cancelled', 'The run was cancelled.')
    const problems = ['The run was cancelled.', 'No picture of any target came.', 'A: The run was cancelled.']
    expect(notesOf('cancelled', problems, [cancelled])).toEqual([])
    const broken = target('B', 'error', failed)
    expect(notesOf('cancelled', [...problems, `B: ${failed}`], [cancelled, broken])).toEqual([
      { tone: 'bad', lines: [`B: ${failed}`] },
    ])
  })

  test('what stopped the whole job is said once, and not again for every item', () => {
    const stop = 'Kometa could not reach TMDb (api.themoviedb.org). Kometa stopped: x'
    const targets = [target('A', 'error', stop), target('B', 'error', stop)]
    const problems = [stop, 'No picture of any target came.', `A: ${stop}`, `B: ${stop}`]
    expect(notesOf('failed', problems, targets)).toEqual([
      { tone: 'bad', lines: [stop, 'No picture of any target came.'] },
    ])
  })
})
