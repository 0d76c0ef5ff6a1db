import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPythonDict, readPythonLiteral } from '../../src/kometa/log/read/python-literal.ts'

test('an overlay as Kometa logs it', () => {
  const text = `"text(it's <<critic_rating#>>)"`
  const line = `{'name': ${text}, 'group': 'g', 'weight': 10, 'font': None, 'a': {'b': [True, 1.5]}}`
  expect(readPythonDict(line)).toEqual({
    name: "text(it's <<critic_rating#>>)",
    group: 'g',
    weight: 10,
    font: null,
    a: { b: [true, 1.5] },
  })
  expect(readPythonDict('4K')).toBeUndefined()
  expect(readPythonDict("{'a': 'b'")).toBeUndefined()
  expect(readPythonLiteral('['.repeat(5000))).toBeUndefined()
})

describe("Python's own repr", () => {
  test('is read back for any names and texts', () => {
    const plain = fc.string({ unit: fc.constantFrom(...`ab '"\\{}[],:\n<>é%`), maxLength: 12 })
    const value = fc.oneof(plain, fc.integer(), fc.boolean(), fc.constant(null), fc.array(plain, { maxLength: 3 }))
    const dicts = fc.sample(fc.dictionary(plain, value, { maxKeys: 5 }), { numRuns: 300, seed: 7 })
    const reprs = execFileSync(
      'python3',
      ['-c', 'import json, sys\nprint(json.dumps([repr(value) for value in json.load(sys.stdin)]))'],
      { input: JSON.stringify(dicts), encoding: 'utf8' },
    )
    const read = (JSON.parse(reprs) as string[]).map(readPythonDict)
    expect(read).toEqual(dicts.map((dict) => JSON.parse(JSON.stringify(dict))))
  })
})
