import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { parseSync } from 'vite'
import { isNode, type Node, visit } from '../test/support/syntax.ts'

/**
 * Measures a checkout of a TypeScript project: `npx tsx scripts/measure-source.ts PATH [FOLDER...]`. If no folder is
 * named, it measures those of `src`, `lib`, `web` and `packages` that exist. Tests and declaration files are left out.
 */
const skipped = /^(?:node_modules|dist|build|coverage|fixtures?|__tests__|tests?|\..*)$/

interface Source {
  path: string
  lines: number
  /** Lines with a comment and nothing else. */
  commentLines: number
  filledLines: number
  longest: { name: string; lines: number }
}

function sourcePaths(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return skipped.test(entry.name) ? [] : sourcePaths(path)
    return /\.[cm]?[jt]sx?$/.test(entry.name) && !/\.(?:test|spec|d)\.[cm]?[jt]sx?$/.test(entry.name) ? [path] : []
  })
}

function measure(path: string): Source {
  const text = readFileSync(path, 'utf8')
  const { program, comments } = parseSync(path, text)
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length
  let longest = { name: '', lines: 0 }
  visit(program as unknown as Node, (node) => {
    if (!/Function(?:Declaration|Expression)$/.test(node.type) || !isNode(node.body)) return
    const lines = lineAt(Number(node.end)) - lineAt(node.start) + 1
    if (lines > longest.lines) longest = { name: isNode(node.id) ? String(node.id.name) : 'a function', lines }
  })
  const withoutComments = comments.reduceRight(
    (left, { start, end }) => left.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, ' ') + left.slice(end),
    text,
  )
  const filled = (all: string) => all.split('\n').filter((line) => line.trim() !== '').length
  const filledLines = filled(text)
  const commentLines = filledLines - filled(withoutComments)
  return { path, lines: text.split('\n').length - 1, commentLines, filledLines, longest }
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)

function report(root: string, sources: readonly Source[]): string[] {
  const folders = groupBy(sources, ({ path }) => dirname(path))
  const [fullest, files = []] = [...folders].sort(([, a], [, b]) => b.length - a.length)[0] ?? ['', []]
  const longest = [...sources].sort((a, b) => b.longest.lines - a.longest.lines)[0]
  const comments =
    sum(sources.map(({ commentLines }) => commentLines)) / sum(sources.map(({ filledLines }) => filledLines))
  const at = (path: string) => relative(root, path).split(sep).join('/')
  return [
    `source files           ${sources.length}`,
    `lines                  ${sum(sources.map(({ lines }) => lines))}`,
    `median file            ${median(sources.map(({ lines }) => lines))} lines`,
    `longest function       ${longest?.longest.lines} lines (${longest?.longest.name}, ${at(longest?.path ?? root)})`,
    `most files in a folder ${files.length} (${at(fullest)})`,
    `comment share          ${Math.round(comments * 100)} % of the lines that are not blank`,
  ]
}

/** Lines and files of each room: each folder in `src` is a room, and so is every other folder at the top. */
function rooms(root: string, sources: readonly Source[]): string[] {
  const roomOf = ({ path }: Source) =>
    relative(root, path)
      .split(sep)
      .slice(0, /^src[\\/]/.test(relative(root, path)) ? 2 : 1)
  return [...groupBy(sources, (source) => roomOf(source).join('/'))].map(
    ([room, inside]) =>
      `  ${room.padEnd(24)} ${String(sum(inside.map(({ lines }) => lines))).padStart(6)} lines, ${inside.length} files`,
  )
}

const [root = '.', ...named] = process.argv.slice(2)
const there = new Set(readdirSync(root))
const folders = named.length > 0 ? named : ['src', 'lib', 'web', 'packages'].filter((name) => there.has(name))
const sources = folders.flatMap((folder) => sourcePaths(join(root, folder))).map(measure)
console.log(
  `${basename(join(process.cwd(), root))}\n${[...report(root, sources), 'by room:', ...rooms(root, sources)].join('\n')}`,
)
