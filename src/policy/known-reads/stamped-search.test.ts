import { expect, test } from 'vitest'
import type { ReadSubject } from '../recognize-read.ts'
import { isStamped } from './stamped-search.ts'

const subject = (pairs: string[], tag?: string) =>
  ({ row: { query: { type: 'number' } }, pairs, tag }) as unknown as ReadSubject

test.each([
  ['no condition', [], undefined, true],
  ['a parameter of the row', ['type=1'], undefined, true],
  ['a stamped field', ['genre=5'], undefined, true],
  ['a stamped field with an operator', ['year>>=1950'], undefined, true],
  ['a stamped field of a type', ['show.genre!=5'], undefined, true],
  ['an order by stamped fields', ['sort=titleSort:desc,year'], undefined, true],
  ['a list of stamped tags', [], 'genre', true],
  ['a field of the viewer', ['viewCount>>=1'], undefined, false],
  ['a field of the viewer among others', ['genre=5', 'unwatched=1'], undefined, false],
  ['an order by a field of the viewer', ['sort=lastViewedAt:desc'], undefined, false],
  ['an order by chance', ['sort=random'], undefined, false],
  ['a list of a field of the viewer', [], 'userRating', false],
  ['a time counted from now', ['addedAt>>=-30d'], undefined, false],
  ['a time counted from now, encoded', ['addedAt%3E%3E=-30d'], undefined, false],
  ['only operators', ['>>=1'], undefined, false],
  ['text that is not well encoded', ['%zz=1'], undefined, false],
])('%s', (_name, pairs, tag, stamped) => expect(isStamped(subject(pairs, tag))).toBe(stamped))
