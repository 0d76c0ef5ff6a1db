import { expect, test } from 'vitest'
import { cellAfterKey } from './cell-after-key.ts'

const place = { active: 7, count: 20, columns: 5, rowsOfPage: 2 }

test.each([
  ['ArrowLeft', 6],
  ['ArrowRight', 8],
  ['ArrowUp', 2],
  ['ArrowDown', 12],
  ['PageUp', -3],
  ['PageDown', 17],
  ['Home', 0],
  ['End', 19],
])('%s leads from cell 7 to cell %i', (key, to) => expect(cellAfterKey(key, place)).toBe(to))

test('ArrowUp stays in the first row', () => expect(cellAfterKey('ArrowUp', { ...place, active: 4 })).toBe(4))

test.each(['a', 'Enter', 'toString', ''])('%j moves nothing', (key) => expect(cellAfterKey(key, place)).toBeUndefined())
