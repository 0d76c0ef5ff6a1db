import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { generateDocs } from '../scripts/generate-docs.ts'

test.each(Object.entries(generateDocs()))('%s is what the code says (npm run docs writes it)', (path, text) => {
  expect(readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8')).toBe(text)
})
