import { describe, expect, test } from 'vitest'
import type { ApiProblem, ConfigProblem, ConnectedLibrary, Connection, Safety } from '../../src/contract/api/api.ts'
import { connectSign, safetySign } from './rail-signs.ts'

/** The rail is never greener than the screen that it leads to. */
const library: ConnectedLibrary = {
  mappingName: 'Movies',
  title: 'Movies',
  server: 'x',
  sectionId: '1',
  type: 'movie',
  overlayFiles: [{ form: 'default', value: 'resolution', state: 'found', warnings: [] }],
  removeOverlays: false,
  problem: null,
}
const connection: Connection = {
  id: 'x',
  revision: 'r',
  source: { kind: 'text', name: 'config.yml' },
  connectedAt: '2026-01-01T00:00:00.000Z',
  text: '',
  servers: [{ id: 'x', url: 'http://plex', name: 'Plex', version: '1', tokenIsBarrier: true, problem: null }],
  problems: [],
  isRead: true,
  libraries: [library],
  leftOut: [],
  usable: true,
}
const refused: ApiProblem = { code: 'PLEX_TOKEN_REFUSED', message: '', hint: null, details: [] }
const place = { line: 1, column: 1, endLine: 1, endColumn: 2, path: 'libraries.Movies' }
const problem = (severity: ConfigProblem['severity']): ConfigProblem => ({ severity, message: 'x', ...place })
const signOf = (change: Partial<Connection>, kometa: 'ready' | 'problem' = 'ready', doctor = 0) =>
  connectSign({ ...connection, ...change }, kometa, doctor).tone

describe('Connect', () => {
  test('is green when nothing on it is red', () => {
    expect(signOf({})).toBe('good')
    expect(signOf({ problems: [problem('warning'), problem('info')] })).toBe('good')
    const plain = { ...library, mappingName: 'Music', overlayFiles: [], problem: 'It has no overlay files.' }
    expect(signOf({ libraries: [library, plain] })).toBe('good')
  })

  test.each([
    ['it cannot be used', { usable: false }],
    ['one library of it has an error', { problems: [problem('error')] }],
    [
      'one of its servers is not reached',
      { servers: [...connection.servers, { ...connection.servers[0], problem: refused }] as Connection['servers'] },
    ],
    ['one of its libraries is not in Plex', { libraries: [library, { ...library, problem: 'It is not there.' }] }],
  ])('is red when %s', (_, change) => {
    expect(signOf(change)).toBe('bad')
  })

  test('is red when Kometa or the check-up has a problem', () => {
    expect(signOf({}, 'problem')).toBe('bad')
    expect(signOf({}, 'ready', 1)).toBe('bad')
  })
})

test.each([
  ['pass', ['pass', 'pass'], 'good'],
  ['pass', ['pass', 'unchecked'], 'warn'],
  ['unchecked', ['pass', 'unchecked'], 'warn'],
  ['unchecked', ['pass', 'fail'], 'bad'],
  ['fail', ['fail'], 'bad'],
] as const)('Safety that is %s with checks %j is %s', (overall, states, tone) => {
  const checks = states.map((state): Safety['checks'][number] => ({ id: 'writes', state, title: '', detail: '' }))
  expect(safetySign({ overall, checks }).tone).toBe(tone)
})
