import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import type { ItemResult, KometaEventBody } from '../../src/kometa/log/read/log-events.ts'
import { findUnfaithful } from '../../src/run/summary/unfaithful.ts'
import { summarizeKometa } from '../support/summarize-kometa.ts'

/** Why a real run may draw another picture, in words, and which items that concerns. */
const library = { mapping: 'Movies', title: 'Movies' }
const full = 'Overlay File (0) Rating'
const matched: KometaEventBody = {
  type: 'definition_matched',
  ...{ library, name: 'Rating', items: 1, file: 0 },
  matched: {
    ...{ name: 'Rating', full, file: 0, items: 1, titles: null, suppresses: [] },
    overlay: { name: 'text(<<trakt_user_rating>>)', group: null, queue: null, weight: null },
  },
}
const item = (name: string) => ({ overlays: [{ name, full: `Overlay File (0) ${name}` }] }) as ItemResult

async function wordsOf(trakt: string, bodies: readonly KometaEventBody[], isScoped = true) {
  const dir = await mkdtemp(join(tmpdir(), 'unfaithful-'))
  try {
    const configPath = join(dir, 'config.yml')
    await writeFile(
      configPath,
      `plex: {url: "http://a:1", token: t}\ntrakt: ${trakt}\nlibraries: {Movies: {overlay_files: [{file: mine.yml}]}}\n`,
    )
    const config = await loadJobConfig({ kind: 'config', configPath }, { env: {} })
    const all: KometaEventBody[] = [{ type: 'library_started', library }, ...bodies]
    const record = summarizeKometa(all.map((body, seq) => ({ ...body, seq, at: 0 })))
    // Only the record of a run is read, and only whether there is a scope.
    const runs = [{ record }] as unknown as Parameters<typeof findUnfaithful>[2]
    const scopes = (isScoped ? [{}] : []) as unknown as Parameters<typeof findUnfaithful>[3]
    const found = await findUnfaithful(config, null, runs, scopes)
    return found.map(({ words, concerns }) => ({
      words,
      rating: concerns(item('Rating')),
      other: concerns(item('Other')),
    }))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
const failed = (reason: string | null): KometaEventBody => ({
  ...{ type: 'service', name: 'Trakt', ok: false, reason },
  asksForLogin: reason?.includes('Input Failed') ?? false,
})

test.each([
  [
    'a token whose time is over',
    '{authorization: {access_token: x, created_at: 1600000000, expires_in: 7889238}}',
    'the token of your config has expired (2020-12-13)',
  ],
  ['a token that the service refuses', '{authorization: {access_token: x}}', 'it refused the token of your config'],
])('%s: the targets that need it are named, with what renews it', async (_name, trakt, why) => {
  const [one, ...others] = await wordsOf(trakt, [matched, failed('Trakt Error: Input Failed')])
  expect(others).toEqual([])
  expect(one).toMatchObject({ rating: true, other: false })
  expect(one?.words).toMatch('NOT PREVIEWED: overlays of "Movies" that need Trakt: ')
  expect(one?.words).toContain(why)
  expect(one?.words).toContain('Run Kometa once, then preview again')
})

test('a service that is away for another reason has Kometa’s words; one that no overlay needs has none', async () => {
  const [one] = await wordsOf('{}', [matched, failed('Trakt Error: Service Unavailable')])
  expect(one?.words).toMatch(/need Trakt: Trakt Error: Service Unavailable$/)
  expect(await wordsOf('{}', [failed('Trakt Error: Input Failed')])).toEqual([])
})

test('a limit and a random order are reported if the preview narrows what Kometa finds', async () => {
  const limited: KometaEventBody = { type: 'definition_limited', library, name: 'Rating' }
  const random: KometaEventBody = { type: 'definition_random', library, name: 'Other' }
  expect(await wordsOf('{}', [limited, random])).toMatchObject([
    { words: expect.stringContaining('has a limit'), rating: true, other: false },
    { words: expect.stringContaining('sorts at random'), rating: false, other: true },
  ])
  expect(await wordsOf('{}', [limited, random], false)).toEqual([])
})
