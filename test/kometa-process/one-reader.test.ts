import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** These write Kometa's words: the sample renderer plays Kometa, and the check predicts Kometa's messages. */
const writers = ['src/demo/', 'src/config/overlays/definition-faults/']
const words = new RegExp(
  [
    ...['(?:Plex|Config|Overlay|YAML) (?:Critical )?Error', String.raw`Overlay File \\?\(`, 'Items found'],
    ...['Overlays (?:Applied|Attempted)', 'already has an Overlay', 'Input Failed'],
    'Connection (?:Successful|Failed)',
  ].join('|'),
)

test('only src/kometa/log knows the words of Kometa’s log', () => {
  const files = ['src', 'web'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
  )
  const others = files.filter(
    (path) =>
      /\.tsx?$/.test(path) &&
      !path.endsWith('.test.ts') &&
      !path.startsWith('src/kometa/log/') &&
      !writers.some((folder) => path.startsWith(folder)),
  )
  const found = others.filter((path) => words.test(withoutComments(readFileSync(`${root}/${path}`, 'utf8'))))
  expect(others.length).toBeGreaterThan(500)
  expect(found).toEqual([])
})

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
