import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { createJobLog, formatLogLine, type LogLine } from '../../src/util/job-log.ts'
import { createRedactor } from '../../src/util/redact.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'job-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('writes the lines that the issue names, to the file and to every listener', () => {
  const file = { files: openBeneath(folder), path: 'preview.log' }
  const lines: LogLine[] = []
  {
    using log = createJobLog({ file, redactor: createRedactor([]), onLine: (line) => lines.push(line) })
    log.info('CAPTURED_UPLOAD ratingKey=12345 kind=poster bytes=1234567 saved=output/by_ratingkey/x.webp')
    log.warning('BLOCKED_WRITE (no image): PUT /library/metadata/99999/posters ratingKey=99999')
    log.error('MISSING_CAPTURE ratingKey=12345 target=matrix')
    log.debug('100 % of %s and %j are %d text')
  }
  const written = readFileSync(join(folder, 'preview.log'), 'utf8')
  expect(written.split('\n')).toEqual([
    '| INFO     | CAPTURED_UPLOAD ratingKey=12345 kind=poster bytes=1234567 saved=output/by_ratingkey/x.webp',
    '| WARNING  | BLOCKED_WRITE (no image): PUT /library/metadata/99999/posters ratingKey=99999',
    '| ERROR    | MISSING_CAPTURE ratingKey=12345 target=matrix',
    '| DEBUG    | 100 % of %s and %j are %d text',
    '',
  ])
  expect(lines.map(({ level, text }) => `${formatLogLine(level, text)}\n`).join('')).toBe(written)
})

test('scrubs, keeps each record on one line, and shows no control character', () => {
  const lines: LogLine[] = []
  const file = { files: openBeneath(folder), path: 'preview.log' }
  {
    using log = createJobLog({ file, redactor: createRedactor(['s3cr3t-value']), onLine: (line) => lines.push(line) })
    log.info('a s3cr3t-value b')
    log.error('title \u001b[2J\u009b2J\n| INFO     | CAPTURED_UPLOAD forged\r| INFO     | and this\u2028and that')
  }
  expect(lines.map(({ level, text }) => [level, text])).toEqual([
    ['info', 'a (redacted) b'],
    [
      'error',
      'title \ufffd[2J\ufffd2J\ufffd| INFO     | CAPTURED_UPLOAD forged\ufffd| INFO     | and this\ufffdand that',
    ],
  ])
  expect(lines.every(({ at }) => new Date(at).toISOString() === at)).toBe(true)
  expect(readFileSync(join(folder, 'preview.log'), 'utf8').split('\n')).toHaveLength(3)
})

test('appends, and stops at its limit with a message to every listener', () => {
  const file = { files: openBeneath(folder), path: 'preview.log' }
  createJobLog({ file, redactor: createRedactor([]) }).info('first')
  const lines: string[] = []
  using log = createJobLog({
    ...{ file, redactor: createRedactor([]), maxFileBytes: 30 },
    onLine: ({ level, text }) => lines.push(formatLogLine(level, text)),
  })
  log.info('second')
  log.info('third')
  log.info('fourth')
  expect(readFileSync(join(folder, 'preview.log'), 'utf8')).toBe('| INFO     | first\n| INFO     | second\n')
  expect(lines.filter((line) => line.startsWith('| WARNING'))).toEqual([
    `| WARNING  | ${realpathSync(folder)}/preview.log is no longer written: more than 30 bytes`,
  ])
  expect(lines).toHaveLength(4)
})
