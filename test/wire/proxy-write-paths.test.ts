import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { classifyRead, type ReadContext } from '../../src/policy/classify-read.ts'
import { parseSectionMeta } from '../../src/policy/section-meta.ts'

/** The 106 paths with write operations in Plex's own API description, which is next to the repository. */
const casesFile = new URL('../../../shared/corpora/plex-write-paths.json', import.meta.url)
const schema = z.array(z.object({ path: z.string(), tpl: z.string(), dual: z.boolean() }))

const context: ReadContext = {
  // A Meta that names every word under a section as a filter, as a hostile server might.
  section: () =>
    parseSectionMeta(
      `<M>${['refresh', 'analyze', 'emptyTrash', 'indexes', 'intros', 'collection', 'genre'].map((tag) => `<Filter filter="${tag}" key="/library/sections/1/${tag}"/>`).join('')}</M>`,
    ),
  listedArtwork: () => false,
}

const spellings: [string, (path: string) => string][] = [
  ['as it is', (path) => path],
  ['slash at the end', (path) => `${path}/`],
  ['two slashes', (path) => path.replace('/', '//')],
  ['two slashes inside', (path) => path.replace(/(.)\//, '$1//')],
  ['dot', (path) => `/.${path}`],
  ['dot at the end', (path) => `${path}/.`],
  ['dot dot', (path) => `/library/..${path}`],
  ['encoded dot dot', (path) => `/library/%2e%2e${path}`],
  ['encoded letter', (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
  ['encoded slash', (path) => `/${path.slice(1).replace('/', '%2f')}`],
  ['encoded slash in capitals', (path) => `/${path.slice(1).replace('/', '%2F')}`],
  ['encoded twice', (path) => path.replace(/[a-z]/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`)],
  ['upper case', (path) => path.toUpperCase()],
  ['one capital', (path) => path.replace(/[a-z]/, (letter) => letter.toUpperCase())],
  ['semicolon', (path) => `${path};a=b`],
  ['semicolon inside', (path) => path.replace(/(.)\//, '$1;a/')],
  ['.json', (path) => `${path}.json`],
  ['NUL', (path) => `${path}%00`],
  ['space', (path) => `${path}%20`],
  ['backslash', (path) => path.replaceAll('/', '\\')],
  ['fragment', (path) => `${path}#a`],
  ['method in the query', (path) => `${path}?_method=PUT`],
  ['override in the query', (path) => `${path}?X-HTTP-Method-Override=DELETE`],
  ['absolute form', (path) => `http://127.0.0.1${path}`],
]

describe.skipIf(!existsSync(casesFile))(
  'the write paths of Plex as GET and HEAD (case data next to the repository)',
  () => {
    const cases = existsSync(casesFile) ? schema.parse(JSON.parse(readFileSync(casesFile, 'utf8'))) : []

    test('all of them are present', () => expect(cases).toHaveLength(106))

    test.each(spellings)('no write-only path in this spelling is a read: %s', (_name, spell) => {
      for (const { path, dual, tpl } of cases) {
        if (dual) continue
        for (const method of ['GET', 'HEAD']) {
          const verdict = classifyRead({ method, rawResource: spell(path), context })
          expect({ tpl, ok: verdict.ok }).toEqual({ tpl, ok: false })
        }
      }
    })

    test('a path for both reads and writes is a read only in its plain spelling, without a foreign parameter', () => {
      for (const { path, dual } of cases) {
        if (!dual) continue
        for (const [name, spell] of spellings.slice(1)) {
          if (spell(path) === path) continue
          const verdict = classifyRead({ method: 'GET', rawResource: spell(path), context })
          // plexapi falls back to `/library/sections/` when `/library` fails.
          if (verdict.ok) expect([name, verdict.resource]).toEqual(['slash at the end', '/library/sections/'])
        }
      }
    })
  },
)
