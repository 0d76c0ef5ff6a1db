import { describe, expect, test } from 'vitest'
import type { StudioLogLine, StudioTarget } from '../../src/contract/api/api.ts'
import { isError, rankOf } from './log-levels.ts'
import { rowsOf } from './log-rows.ts'
import { tellingLine } from './telling-line.ts'

const line = (n: number, level: StudioLogLine['level'], text: string) => ({ n, level, text }) as StudioLogLine
const target = (id: string, outcome: string, logLines: string[]) =>
  ({ id, outcome, logLines }) as unknown as StudioTarget

const lines = [
  line(1, 'info', 'Metropolis'),
  line(2, 'error', 'Overlay Error: No font'),
  line(3, 'info', 'Nosferatu'),
  line(4, 'error', 'Overlay Error: No font\nTraceback'),
]

describe('the line that says what went wrong', () => {
  test('two items with the same error lead each to their own line', () => {
    const targets = [
      target('a', 'error', ['Metropolis', 'Overlay Error: No font']),
      target('b', 'error', ['Nosferatu', 'Overlay Error: No font']),
    ]
    expect(tellingLine(lines, { targets }, 'a')?.n).toBe(2)
    expect(tellingLine(lines, { targets }, 'b')?.n).toBe(4)
  })

  test('of the whole job it is the critical line, else the first error of a target, else the first error', () => {
    const targets = [target('b', 'error', ['Nosferatu', 'Overlay Error: No font'])]
    expect(tellingLine([...lines, line(9, 'critical', 'No Plex')], { targets }, null)?.n).toBe(9)
    expect(tellingLine(lines, { targets }, null)?.n).toBe(4)
    expect(tellingLine(lines, { targets: [] }, null)?.n).toBe(2)
  })

  test('where no line says it, there is none', () => {
    expect(tellingLine(lines, { targets: [target('a', 'error', ['elsewhere'])] }, 'a')).toBeUndefined()
    expect(tellingLine(lines, { targets: [] }, 'gone')).toBeUndefined()
    expect(tellingLine([], { targets: [] }, null)).toBeUndefined()
  })
})

test('a message of several lines has several rows, of which the first is marked', () => {
  const [, , , message] = lines
  if (!message) throw new Error('no message')
  expect(rowsOf(message).map(({ text, first }) => [text, first])).toEqual([
    ['Overlay Error: No font', true],
    ['Traceback', false],
  ])
  expect(rowsOf(message)).toBe(rowsOf(message))
})

test('a critical line ranks with the errors, and an overlay that fits nothing is no error', () => {
  expect([rankOf('debug'), rankOf('error'), rankOf('critical')]).toEqual([0, 3, 3])
  expect(isError(line(1, 'info', 'Plex Error: No Items found in Plex'))).toBe(false)
  expect(isError(line(1, 'critical', 'boom'))).toBe(true)
})
