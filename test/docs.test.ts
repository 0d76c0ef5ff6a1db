import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { generateDocs } from '../scripts/generate-docs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

test.each(Object.entries(await generateDocs()))('%s matches the code (npm run docs writes it)', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text)
})

test('every key of preview.yml and every option has a description', async () => {
  const { 'docs/preview-yml.md': keys = '', 'docs/commands.md': commands = '' } = await generateDocs()
  const rows = [...keys.split('\n'), ...commands.split('\n')].filter((line) => /^\| `/.test(line))
  expect(rows.length).toBeGreaterThan(100)
  const empty = rows.filter((line) => line.endsWith('|  |') && line.split(' | ').length === 4)
  expect(empty).toEqual([])
  expect(rows.filter((line) => /^\| `[^`]+` \|\s*\|/.test(line))).toEqual([])
})

test('the screen messages quoted in troubleshooting.md are those of the program or of Kometa', () => {
  const texts = (folder: string, endings: RegExp): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => endings.test(name))
      .map((name) => readFileSync(join(root, folder, name), 'utf8'))
  const said = [
    ...texts('src', /\.ts$/),
    ...texts('container', /\.sh$/),
    ...texts('test/fixtures/kometa-logs', /\.(log|txt)$/),
  ]
  const all = said.join('\n')
  const headings = [...readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8').matchAll(/^### (.+)$/gm)]
  const quoted = headings.flatMap(([, heading = '']) =>
    [...heading.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words),
  )
  expect(quoted.length).toBeGreaterThan(30)
  expect(quoted.filter((words) => !words.split('...').every((piece) => all.includes(piece.trim())))).toEqual([])
})

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
]

/** The headings of a document as GitHub writes them in link anchors. */
function anchorsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8').replace(/^```[\s\S]*?^```/gm, '')
  const seen = new Map<string, number>()
  return [...text.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    const count = seen.get(name) ?? 0
    seen.set(name, count + 1)
    return count === 0 ? name : `${name}-${count}`
  })
}

test.each(documents)('the links of %s lead somewhere', (document) => {
  const text = readFileSync(join(root, document), 'utf8').replace(/^```[\s\S]*?^```/gm, '')
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  const broken = links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [path = '', anchor] = link.split('#', 2)
      const file = path === '' ? join(root, document) : join(root, dirname(document), path)
      return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor))
    })
  expect(broken).toEqual([])
})
