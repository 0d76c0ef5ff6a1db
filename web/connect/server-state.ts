import type { ApiProblem, ConnectedServer } from '../../src/contract/api/api.ts'
import type { Tone } from '../ui/tone.ts'

/** What is wrong with a server, in two or three words. The problem itself has the sentence. */
const words: Partial<Record<ApiProblem['code'], string>> = {
  PLEX_TOKEN_REFUSED: 'Refused the token',
  PLEX_UNREACHABLE: 'No answer',
  PLEX_TLS_UNTRUSTED: 'Certificate not trusted',
  PLEX_NOT_A_SERVER: 'Not a Plex server',
  PLEX_READ_FAILED: 'Answers with errors',
}

export function serverState({ problem }: Pick<ConnectedServer, 'problem'>): { tone: Tone; words: string } {
  if (problem === null) return { tone: 'good', words: 'Connected' }
  return { tone: 'bad', words: words[problem.code] ?? 'Cannot be used' }
}
