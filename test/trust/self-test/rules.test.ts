import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { rules } from './rules.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

test('each rule that the self-test takes out stands where it says, once', () => {
  const moved = rules.flatMap(({ name, patches }) =>
    patches.flatMap(({ file, find }) => {
      const times = readFileSync(join(root, file), 'utf8').split(find).length - 1
      return times === 1 ? [] : [`${name}: ${times} times in ${file}`]
    }),
  )
  expect(moved).toEqual([])
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length)
})
