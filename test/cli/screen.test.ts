import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { createProgress } from '../../src/cli/screen/progress.ts'
import { reportSummary } from '../../src/cli/screen/report.ts'
import { createScreen, painted, plainText, type Screen } from '../../src/cli/screen/screen.ts'
import { tellWatching } from '../../src/cli/screen/tell-watching.ts'
import { errorLines } from '../../src/cli/screen/terminal.ts'
import { AppError } from '../../src/contract/errors.ts'
import { run, startJobWorld } from '../e2e/job-world.ts'
import { film } from '../support/sample-plex.ts'
import { cli } from './cli.ts'

afterEach(() => vi.unstubAllEnvs())

/** What a screen writes to a terminal with colours. */
function written(act: (screen: Screen) => void, isTTY = true): string {
  vi.stubEnv('FORCE_COLOR', isTTY ? '1' : undefined)
  vi.stubEnv('NO_COLOR', undefined)
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 200 })
  act(createScreen(stream))
  return String(stream.read() ?? '')
}

/** Removes our own sequences: colours, and those that clear the status line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for these
const withoutOurs = (text: string): string => text.replace(/\u001b\[\d{1,2}m|\r\u001b\[K/g, '')
const controls = (text: string): string[] => [...withoutOurs(text)].filter((one) => /[\p{Cc}\u2028\u202e]/u.test(one))

const evil = 'A\u001b[2J\u001b]0;title\u0007\u009b1;31mB\u2028\u202eC\r| INFO     | forged\n| ERROR    | forged too'

test('no text moves the cursor or begins a line, wherever it is printed', () => {
  const text = written((screen) => {
    screen.print(evil, painted('red', evil), ['a ', painted('dim', evil)])
    screen.status(painted('cyan', evil))
    screen.print('after')
    screen.status(null)
  })
  expect(controls(text)).toEqual(['\n', '\n', '\n', '\n'])
  // Our own sequences are there.
  expect(text).toContain('\u001b[31m')
  expect(text).toContain('\r\u001b[K')
})

test('a document keeps its lines; JSON stays valid and says the same', () => {
  expect(new Set(controls(written((screen) => screen.document(`a\tb\n${evil}\n`))))).toEqual(new Set(['\t', '\n']))
  const json = written((screen) => screen.json({ evil }), false)
  expect(controls(json)).toEqual(['\n'])
  expect(JSON.parse(json)).toEqual({ evil })
})

test('errors: message, details, hint and the stack of a bug', () => {
  const error = new AppError('TARGET_UNKNOWN', `no ${evil}`, { hint: evil, details: [evil, evil] })
  expect(controls(written((screen) => screen.print(...errorLines(error))))).toEqual(['\n', '\n', '\n', '\n'])
  const lines = plainText(errorLines(new Error(`\u001b[2J\nkometa-preview: forged`))).split('\n')
  expect(lines.slice(1).every((line) => line.startsWith('  '))).toBe(true)
})

test('what is printed while watching', () => {
  const text = written((screen) => {
    const { onChange, onPreview } = tellWatching(screen, () => undefined)
    onChange([evil])
    onPreview({} as never, [evil])
  })
  expect(controls(text)).toEqual(['\n', '\n'])
})

test('a job with hostile names: progress, log, report, and the files that people show in a terminal', async () => {
  const title = 'Evil\u009b2J\n| INFO     | CAPTURED_UPLOAD forged'
  await using world = await startJobWorld({
    libraries: [{ key: 1, title: 'Movies', type: 'movie', items: [film('101', title)] }],
    plex: { friendlyName: `Plex\u009b31m\n| ERROR    | forged` },
    config: (url) => `plex: {url: "${url}", token: kCANARYplexToken0001}
libraries:
  Movies: {overlay_files: [{default: resolution}]}
`,
  })
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 200 })
  vi.stubEnv('FORCE_COLOR', '1')
  const screen = createScreen(stream)
  const progress = createProgress({ screen })
  const { summary, lines } = await run(world, { specs: ['101'], onEvent: progress.event })
  screen.print(...lines, ...reportSummary(summary, world.jobDir))
  expect(summary.targets[0]?.title).toContain('\u009b')
  const shown = String(stream.read())
  expect(shown).toContain('Evil\ufffd2J')
  expect(new Set(controls(shown))).toEqual(new Set(['\n']))
  const files = [
    'logs/preview.log',
    'logs/kometa-console.log',
    'logs/meta.log',
    'output/ledger.jsonl',
    'output/summary.json',
  ]
  for (const file of files) {
    const text = readFileSync(join(world.jobDir, file), 'utf8')
    expect([file, [...new Set(controls(text))]]).toEqual([file, ['\n']])
  }
  const place = ['--config', world.configPath, '--data', world.dataDir]
  for (const args of [
    ['verify', '--job', world.jobDir, ...place],
    ['verify', '--job', world.jobDir, ...place, '--json'],
    ['doctor', ...place],
    ['run', ...place, '--library', evil, '--target', '101'],
    ['run', ...place, '--target', evil],
    [evil],
  ]) {
    const { stdout, stderr } = await cli(args, { HOME: world.dir })
    expect([args[0], new Set(controls(stdout + stderr))]).toEqual([args[0], new Set(['\n'])])
  }
  expect(readFileSync(join(world.jobDir, 'logs/preview.log'), 'utf8')).not.toMatch(
    /^\| (?:INFO|ERROR) +\| (?:CAPTURED_UPLOAD )?forged/m,
  )
})
