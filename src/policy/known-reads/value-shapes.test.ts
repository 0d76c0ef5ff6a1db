import { expect, test } from 'vitest'
import { hasShape, type ValueShape } from './value-shapes.ts'

const long = (count: number) => '7'.repeat(count)

/** Values that each shape accepts, and similar values that it refuses. */
const table: Record<ValueShape, { takes: string[]; refuses: string[] }> = {
  flag: { takes: ['0', '1'], refuses: ['', '2', '01', '10', 'true', ' 1'] },
  one: { takes: ['1'], refuses: ['', '0', '11', '01', '10'] },
  zero: { takes: ['0'], refuses: ['', '1', '00', '10', '01'] },
  number: { takes: ['0', long(18)], refuses: ['', '-1', '1.5', '1,2', 'a1', '1a', long(19)] },
  numbers: {
    takes: ['1', '1,2', '1%2C2', `${long(18)},${long(18)}`],
    refuses: ['', ',', '1,', ',1', '1,,2', 'a1', '1a', '1,2a', `1,${long(19)}`],
  },
  decimal: {
    takes: ['0', '0.25', `${long(9)}.${long(9)}`],
    refuses: ['', '.5', '1.', '1.2.3', 'a1', '1a', long(10), `0.${long(10)}`],
  },
  sort: {
    takes: ['random', 'titleSort:desc', 'a:asc', 'a:nullsLast', 'show.titleSort,episode.index:nullsLast', 'a,b,c'],
    refuses: [
      '',
      ':desc',
      'a:up',
      'a,',
      ',a',
      'a.',
      '.a',
      'a.b.c',
      'a:desc:asc',
      '1',
      'a1',
      '(a',
      'a,b:up',
      'a,.b',
      'a,b.',
    ],
  },
  names: { takes: ['a', 'Media,Guid'], refuses: ['', ',', 'a,', ',a', 'a,,b', 'a1', '1a', 'a b'] },
  word: { takes: ['a', 'video', 'a.b-c_1', 'a'.repeat(100)], refuses: ['', 'a,b', 'a b', '/a', 'a/', 'a'.repeat(101)] },
  words: { takes: ['a', 'home.a,home.b'], refuses: ['', ',', 'a,', ',a', 'a b', 'a,b c', '/a', 'a/'] },
  text: {
    takes: ['', 'a', 'A%20b', 'A+b', '%C3%A9', "'; drop--", '%7E'],
    refuses: ['%00', '%0A', '%1F', '%7F', 'a%00', '%00a', '%ff', '%', '%zz'],
  },
}

test.each(Object.entries(table) as [ValueShape, { takes: string[]; refuses: string[] }][])(
  '%s',
  (shape, { takes, refuses }) => {
    expect(takes.filter((value) => !hasShape(value, shape))).toEqual([])
    expect(refuses.filter((value) => hasShape(value, shape))).toEqual([])
  },
)
