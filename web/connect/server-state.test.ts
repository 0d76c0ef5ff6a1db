import { expect, test } from 'vitest'
import type { ApiProblem } from '../../src/contract/api/api.ts'
import { serverState } from './server-state.ts'

const problem = (code: ApiProblem['code']): ApiProblem => ({ code, message: '', hint: null, details: [] })

test.each([
  ['PLEX_TOKEN_REFUSED', 'Refused the token'],
  ['PLEX_UNREACHABLE', 'No answer'],
  ['PLEX_TLS_UNTRUSTED', 'Certificate not trusted'],
  ['PLEX_NOT_A_SERVER', 'Not a Plex server'],
  ['PLEX_READ_FAILED', 'Answers with errors'],
  ['INTERNAL', 'Cannot be used'],
] as const)('a server with %s: %s', (code, words) => {
  expect(serverState({ problem: problem(code) })).toEqual({ tone: 'bad', words })
})

test('a server without a problem is connected', () => {
  expect(serverState({ problem: null })).toEqual({ tone: 'good', words: 'Connected' })
})
