// `npm test`: runs every check of the project in sequence, on a clean checkout, and ends with `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { otherNodeArgs, otherNodes } from './nodes.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'kometa-preview-test-'))
const [npx, npm] = process.platform === 'win32' ? ['npx.cmd', 'npm.cmd'] : ['npx', 'npm']
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
/** These tests run with coverage, so the plain run leaves them out. */
const coveredTests = JSON.parse(readFileSync(join(root, 'test', 'covered-tests.json'), 'utf8'))
const totals = { passed: 0, failed: 0, skipped: 0 }
const failures = []
/** Failed tests, listed again at the end: nobody scrolls back through a log of this length. */
const red = []
const times = []

/** Runs one part and notes how long it took. */
function part(name, command, args, env = {}) {
  console.log(`\n--- ${name}: ${[command, ...args].join(' ')}`)
  const started = performance.now()
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  times.push([name, (performance.now() - started) / 1000])
  return result.status === 0
}

/** A check that is one command; it passes when the command exits with 0. */
function check(name, command, args, env = {}) {
  const ok = part(name, command, args, env)
  totals[ok ? 'passed' : 'failed'] += 1
  if (!ok) failures.push(name)
  return ok
}

/**
 * A check by a program that is not one of our dependencies; it is reported as skipped when the program is not
 * installed.
 */
function optionalCheck(name, command, args) {
  if (spawnSync(command, ['--version']).status === 0) return check(name, command, args)
  skip(name, `${command} is not installed`)
}

function skip(name, why) {
  console.log(`\n--- ${name}\nSKIPPED: ${why}`)
  totals.skipped += 1
}

/** A vitest suite, whose counts are added to the totals. `node` is the Node that runs it. */
function suite(name, args, node = process.execPath) {
  const report = join(scratch, `${name.replaceAll(' ', '-')}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const ok = part(name, node, [vitest, ...args, ...reporters], {
    KOMETA_PREVIEW_TEST_BUILT: '1',
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
  })
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    totals.passed += numPassedTests
    totals.failed += numFailedTests
    totals.skipped += numPendingTests
    red.push(...testResults.flatMap((file) => redOf(name, file)))
    // A file that cannot be loaded, or an unhandled error, fails the run without a failed test.
    if (!ok && numFailedTests === 0) totals.failed += 1
  } catch (error) {
    console.error(`${name}: no report of the runner: ${error.message}`)
    totals.failed += 1
  }
  if (!ok) failures.push(name)
}

/** The failed tests of one file, or the file itself if it could not be loaded. */
function redOf(suiteName, { name, status, message, assertionResults }) {
  const file = relative(root, name)
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (failed.length === 0) return status === 'failed' ? [`${suiteName}: ${file}\n    ${firstLines(message)}`] : []
  return failed.map(
    (test) => `${suiteName}: ${file}: ${test.fullName}\n    ${firstLines(test.failureMessages.join('\n'))}`,
  )
}

function firstLines(text) {
  return stripVTControlCharacters(text ?? '')
    .split('\n')
    .slice(0, 6)
    .join('\n    ')
}

check('types', npx, ['tsc', '-p', 'tsconfig.test.json'])
check('types of the studio', npx, ['tsc', '-p', 'tsconfig.web.json'])
check('lint', npx, ['biome', 'ci', '--colors=off', '.'])
check('unused code', npx, ['knip'])
optionalCheck('Dockerfile', 'hadolint', ['--failure-threshold', 'style', 'Dockerfile'])
optionalCheck('compose files', 'yamllint', [
  '--strict',
  '-d',
  '{extends: relaxed, rules: {line-length: disable}}',
  'compose.yaml',
  'compose.strict.yaml',
])
if (check('build', npm, ['run', '-s', 'build'])) {
  suite('unit and wire tests', ['run', ...coveredTests.flatMap((path) => ['--exclude', path])])
  suite('unit and wire tests with coverage', ['run', '--config', 'vitest.coverage.config.ts'])
  for (const { version, program, missing } of otherNodes()) {
    const name = `unit and wire tests on Node ${version}`
    if (missing === null) suite(name, otherNodeArgs(version), program)
    else skip(name, missing)
  }
  suite('trust', ['run', '--config', 'vitest.trust.config.ts'])
  suite('browser', ['run', '--config', 'vitest.browser.config.ts'])
  suite('container', ['run', '--config', 'vitest.container.config.ts'])
  check('demo', process.execPath, ['dist/cli/main.js', 'demo', '--once', '--out', join(scratch, 'demo')])
}
rmSync(scratch, { recursive: true, force: true })
console.log(`\n${times.map(([name, seconds]) => `${seconds.toFixed(0).padStart(5)} s  ${name}`).join('\n')}`)
if (red.length > 0) console.log(`\n${red.join('\n')}`)
if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`)
console.log(
  `\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
)
process.exitCode = totals.failed > 0 ? 1 : 0
