import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import { createJobLog, type LogLine } from '../../src/util/job-log.ts'
import { createRedactor } from '../../src/util/redact.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'job-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('writes the lines that the issue names, to the file and to stderr', () => {
  const file = { files: openBeneath(folder), path: 'preview.log' }
  const stderr = new PassThrough()
  {
    using log = createJobLog({ file, stderr, redactor: createRedactor([]) })
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
  expect(String(stderr.read())).toBe(written.slice(0, written.indexOf('| DEBUG')))
})

test('scrubs, keeps one record on lines of their own, and shows no control character', () => {
  const lines: LogLine[] = []
  const stderr = new PassThrough()
  const log = createJobLog({ stderr, redactor: createRedactor(['s3cr3t-value']), onLine: (line) => lines.push(line) })
  log.info('a s3cr3t-value b')
  log.error('title \u001b[2J\nMISSING_CAPTURE forged')
  expect(lines.map(({ level, text }) => [level, text])).toEqual([
    ['info', 'a (redacted) b'],
    ['error', 'title \ufffd[2J'],
    ['error', 'MISSING_CAPTURE forged'],
  ])
  expect(lines.every(({ at }) => new Date(at).toISOString() === at)).toBe(true)
  expect(String(stderr.read())).not.toContain('\u001b')
})

test('appends, and stops at its limit with a word on stderr', () => {
  const file = { files: openBeneath(folder), path: 'preview.log' }
  createJobLog({ file, redactor: createRedactor([]) }).info('first')
  const stderr = new PassThrough()
  using log = createJobLog({ file, stderr, redactor: createRedactor([]), stderrLevel: 'error', maxFileBytes: 30 })
  log.info('second')
  log.info('third')
  log.info('fourth')
  expect(readFileSync(join(folder, 'preview.log'), 'utf8')).toBe('| INFO     | first\n| INFO     | second\n')
  expect(String(stderr.read())).toBe(
    `| WARNING  | ${realpathSync(folder)}/preview.log is no longer written: more than 30 bytes\n`,
  )
})
