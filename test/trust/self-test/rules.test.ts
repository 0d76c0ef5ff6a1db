import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'vite'
import { expect, test } from 'vitest'
import { mutantsOf } from './mutations.ts'
import { rules } from './rules.ts'
import { allMutants } from './run-mutants.ts'
import { isSame, maxUnnoticeable, unnoticeable } from './unnoticeable.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('each rule that the self-test removes occurs exactly once in its file', () => {
  const moved = rules.flatMap(({ name, patches }) =>
    patches.flatMap(({ file, find }) => {
      const times = readFileSync(join(root, file), 'utf8').split(find).length - 1
      return times === 1 ? [] : [`${name}: ${times} times in ${file}`]
    }),
  )
  expect(moved).toEqual([])
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length)
})

test('each mutant that is listed as unnoticeable exists, is listed once, and has a reason', () => {
  const all = allMutants(root)
  const stale = unnoticeable.filter((one) => one.why === '' || !all.some((mutant) => isSame(one, mutant)))
  expect(stale).toEqual([])
  expect(new Set(unnoticeable.map(({ why: _why, ...one }) => JSON.stringify(one))).size).toBe(unnoticeable.length)
  expect(unnoticeable.length).toBeLessThanOrEqual(maxUnnoticeable)
})

test('mutants change only code: no text, type, import or comment', () => {
  const source = [
    "import { a } from './a.ts'",
    '/** x === y */',
    'interface B { c: true }',
    "const words = { long: 'it is so', code: 'short' }",
    'export const f = (x: 1 | 2): string => (x === 1 ? words.long : words.code)',
  ].join('\n')
  const changed = mutantsOf('x.ts', source).map(({ line, kind, from, to }) => [line, kind, from, to])
  expect(changed).toEqual([
    [4, 'entry left out', "code: 'short'", ''],
    [4, 'text', "'short'", "''"],
    [5, 'always the first', 'x === 1 ? words.long : words.code', '(words.long)'],
    [5, 'always the second', 'x === 1 ? words.long : words.code', '(words.code)'],
    [5, 'operator', '===', '!=='],
    [5, 'number', '1', '2'],
  ])
})

test('every mutant can be parsed', () => {
  const broken = allMutants(root).filter(({ file, start, end, to }) => {
    const source = readFileSync(join(root, file), 'utf8')
    return parseSync(file, source.slice(0, start) + to + source.slice(end), { lang: 'ts' }).errors.length > 0
  })
  expect(broken.map(({ file, line, kind }) => `${file}:${line} ${kind}`)).toEqual([])
})

test('nor does code inside of text', () => {
  expect(mutantsOf('x.ts', `const a = \`more than \${b + 1} of them\``)).toEqual([])
})

test.each([
  [
    'if (a < b) run(a.x, b)',
    [
      'if (true) run(a.x, b)',
      'if (false) run(a.x, b)',
      'if (a <= b) run(a.x, b)',
      'if (a >= b) run(a.x, b)',
      'if (a < b) ;',
      'if (a < b) run(b, a.x)',
    ],
  ],
  ['const a = await b?.c()', ['const a = b?.c()', 'const a = await b.c()']],
  ['const a = b ?? c.trim()', ['const a = b', 'const a = b ?? c']],
  [
    'const a = /^[^b]{1,9}$/i',
    ['[^b]{1,9}$/i', '^[b]{1,9}$/i', '^[^b]{1,10}$/i', '^[^b]{1,9}/i', '^[^b]{1,9}$/'].map(
      (rest) => `const a = /${rest}`,
    ),
  ],
  ['const a = { ...b, c: d }', ['const a = {  c: d }', 'const a = { ...b,  }']],
  [
    'function a() { b(); return c }',
    ['function a() {}', 'function a() { ; return c }', 'function a() { b(); void (c) }'],
  ],
  ['const a = b.some((c) => !c)', ['const a = b.every((c) => !c)', 'const a = b.some((c) => c)']],
])('the mutants of %s', (source, expected) => {
  const made = mutantsOf('x.ts', source).map(({ start, end, to }) => source.slice(0, start) + to + source.slice(end))
  expect([...made].sort()).toEqual([...expected].sort())
})
