import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { classifyListing } from '../proxy/scope/scope-rules.ts'
import { compileTemplates, matchTemplate } from './known-reads/match-template.ts'
import { completeRow, readTemplates } from './known-reads/read-templates.ts'
import { subjectOf } from './recognize-read.ts'
import { splitResource } from './resource.ts'

const src = fileURLToPath(new URL('..', import.meta.url))
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.ts$|^(?:policy|demo)\//.test(path))

/** Files with their own pattern for Plex paths, and why they do not parse requests a second time. */
const reasoned: Readonly<Record<string, string>> = {
  'plex/lookup/target-spec.ts': 'what a user types or pastes is no request',
  'proxy/answer/plex-knowledge.ts': 'finds addresses within the text of an answer',
  'proxy/answer/answers.ts': 'what Plex answers to a few writes, by their paths',
}

/** The code of a file without its comments. */
const codeOf = (path: string): string =>
  readFileSync(`${src}/${path}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/ .*/g, '$1')

test('only the policy parses request paths with patterns', () => {
  const patterns = /\\\/(?:library|playlists|hubs)\b|\^\\\/:\\\//
  expect(sources.filter((path) => patterns.test(codeOf(path))).sort()).toEqual(Object.keys(reasoned).sort())
  expect('/^\\/library\\/sections/').toMatch(patterns)
})

test('a new allowed read changes one file, because no other file repeats the path of a table row', () => {
  const templates = readTemplates.map(({ path }) => path).filter((path) => path.includes('{'))
  const named = sources.flatMap((file) => {
    const code = codeOf(file)
    return templates.filter((path) => code.includes(`'${path}'`)).map((path) => `${file}: ${path}`)
  })
  expect(named).toEqual([])
})

test('the scope recognizes an added row as a listing by its columns', () => {
  const row = completeRow({ path: '/library/sections/{section}/newest', answer: 'listing', kept: 'section' })
  const table = compileTemplates([...readTemplates, row])
  const resource = splitResource('/library/sections/1/newest?X-Plex-Container-Size=5')
  const match = matchTemplate(resource.path, table)
  const subject = match && subjectOf(resource, match)
  expect(subject && classifyListing(subject, {}, () => 'movie')).toMatchObject({ section: '1', types: [1] })
  expect(matchTemplate(resource.path)?.compiled.template.path).toBe('/library/sections/{section}/{tag}')
})
