import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fullFolders, longFiles, wideFiles } from './size-exceptions.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const maxColumns = 120
const maxFileLines = 300
const maxFolderFiles = 18

/** Every text file that people write: generated JSON and recorded fixtures are not among them. */
const written = execFileSync('git', ['ls-files', 'src', 'web', 'test', 'bench', 'scripts', 'docs', '*.md', '*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => /\.(?:[cm]?[jt]sx?|css|html|md|py|sh|ya?ml)$/.test(path) && existsSync(join(root, path)))
  .filter((path) => !/^test\/(?:fixtures|evidence|cases)\/|\/fixtures\//.test(path))

const linesOf = (path: string) => readFileSync(join(root, path), 'utf8').split('\n')

/** The first line that is too long. A row of a table cannot wrap, and neither can an address. */
function tooWide(path: string): string | undefined {
  const at = linesOf(path).findIndex(
    (line) => [...line].length > maxColumns && !(path.endsWith('.md') && /^\s*(?:\||\S*https?:\S+\s*$)/.test(line)),
  )
  return at === -1 ? undefined : `${path}:${at + 1}`
}

/** `src/gate` for `src/gate/authority/x.ts`, else the first folder; `.` for a file at the root. */
const roomOf = (path: string) => /^(?:src\/[^/]+(?=\/)|[^/]+(?=\/))/.exec(path)?.[0] ?? '.'

test('no line is longer than 120 columns', () => {
  expect(written.length).toBeGreaterThan(1000)
  const places = written.flatMap((path) => tooWide(path) ?? [])
  const rooms = [...new Set(places.map(roomOf))]
  const over = rooms.filter((room) => {
    const found = places.filter((place) => roomOf(place) === room)
    return found.length > (wideFiles[room] ?? 0)
  })
  expect(places.filter((place) => over.includes(roomOf(place)))).toEqual([])
})

const sources = written.filter((path) => /^(?:src|web)\/.*\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))

test('no source file has more than 300 lines', () => {
  const long = sources.filter((path) => linesOf(path).length - 1 > maxFileLines)
  expect(long.filter((path) => !longFiles.includes(path))).toEqual([])
})

test('no folder has more than 18 source files', () => {
  const folders = new Map<string, number>()
  for (const path of sources) folders.set(dirname(path), (folders.get(dirname(path)) ?? 0) + 1)
  expect([...folders].filter(([path, files]) => files > (fullFolders[path] ?? maxFolderFiles))).toEqual([])
})
