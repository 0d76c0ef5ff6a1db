import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = new URL('../', import.meta.url)
const rows = readFileSync(new URL('docs/threats.md', root), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, id, , files] = /^\| ([A-Z]\d+) \| (.+?) \| (.+) \|$/.exec(line) ?? []
    return id === undefined || files === undefined
      ? []
      : [{ id, files: [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file) }]
  })

/** The number of threats of each kind; none may be dropped from the list. */
const known = { W: 5, P: 14, C: 14, L: 27, U: 13 }

test('every threat is on the list exactly once', () => {
  const wanted = Object.entries(known).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, at) => `${kind}${at + 1}`),
  )
  const secrets = Array.from({ length: 16 }, (_, at) => `S${at}`)
  expect(rows.map(({ id }) => id).sort()).toEqual([...wanted, ...secrets].sort())
})

test.each(rows)('$id has a test file, and the file exists', ({ files }) => {
  expect(files.length).toBeGreaterThan(0)
  expect(files.filter((file) => !file.endsWith('.test.ts') || !existsSync(fileURLToPath(new URL(file, root))))).toEqual(
    [],
  )
})
