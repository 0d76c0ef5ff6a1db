import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { createProgress, type Progress } from '../../src/cli/screen/progress.ts'
import { createScreen, type Screen } from '../../src/cli/screen/screen.ts'

function shown(isTTY: boolean, act: (progress: Progress, screen: Screen) => void): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 60 })
  const screen = createScreen(stream)
  act(createProgress({ screen, now: () => 0 }), screen)
  return stripVTControlCharacters(String(stream.read() ?? ''))
}

test('on a terminal: n/m with the current title, and n alone if the total is not known', () => {
  const text = shown(true, ({ event }) => {
    event({ type: 'phase', phase: 'compile', at: '' })
    event({ type: 'progress', phase: 'compile', done: 7, total: 0, title: '4K' })
    event({ type: 'phase', phase: 'apply', at: '' })
    event({ type: 'progress', phase: 'apply', done: 2, total: 5, title: 'Metropolis \u001b[31mred' })
  })
  expect(text).toContain('.. Kometa reads the overlays 7  4K')
  expect(text).not.toContain('7/0')
  expect(text).toContain('.. Kometa draws 2/5  Metropolis \ufffd[31mred')
})

test('elsewhere: plain lines', () => {
  const text = shown(false, ({ event }, { print }) => {
    event({ type: 'phase', phase: 'apply', at: '' })
    event({ type: 'progress', phase: 'apply', done: 2, total: 5, title: 'Metropolis' })
    print('| INFO     | a line')
    event({ type: 'phase', phase: 'results', at: '' })
  })
  expect(text).toBe('.. Kometa draws 2/5  Metropolis\n| INFO     | a line\nok Kometa draws (0 ms)\n')
})
