import { expect, test } from 'vitest'
import { secretHint } from '../job-libraries.ts'

test('what to do about a secret without a value', () => {
  expect(secretHint('TMDB_KEY')).toMatch(/^Set KOMETA_TMDB_KEY .*--secret TMDB_KEY=VALUE\.$/)
  expect(secretHint('tmdb-key')).toMatch(/^Set KOMETA_TMDB_KEY .*--secret tmdb-key=VALUE\.$/)
  // Kometa 2.4.4 looks only for the two spellings above (config.py:485-488).
  expect(secretHint('tmdb_key')).toBe(
    'Kometa does not find a name with this spelling: write <<TMDB_KEY>> or <<tmdb-key>>.',
  )
})

test("no variable fills a name of one of Kometa's own options", () => {
  expect(secretHint('plex-url')).toBe(
    'Kometa puts KOMETA_PLEX_URL only where "url: ENV" stands: write that, or give the secret another name, such as <<my-plex-url>> with KOMETA_MY_PLEX_URL.',
  )
  expect(secretHint('timeout')).toContain('KOMETA_TIMEOUT is an option of Kometa and fills no <<timeout>>')
})
