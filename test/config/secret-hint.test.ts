import { expect, test } from 'vitest'
import { secretHint } from '../../src/config/job-libraries.ts'

test('what to do about a secret that nothing is known for', () => {
  expect(secretHint('TMDB_KEY')).toMatch(/^Set KOMETA_TMDB_KEY .*--secret TMDB_KEY=VALUE\.$/)
  expect(secretHint('tmdb-key')).toMatch(/^Set KOMETA_TMDB_KEY .*--secret tmdb-key=VALUE\.$/)
  // Kometa 2.4.4 looks for the two spellings above alone (config.py:485-488).
  expect(secretHint('tmdb_key')).toBe('Kometa does not find a name spelt so: write <<TMDB_KEY>> or <<tmdb-key>>.')
})
