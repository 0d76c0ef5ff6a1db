// `npm test`: every check of the project, one after the other, on a clean checkout. Closes with `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'kometa-preview-test-'))
const [npx, npm] = process.platform === 'win32' ? ['npx.cmd', 'npm.cmd'] : ['npx', 'npm']
const totals = { passed: 0, failed: 0, skipped: 0 }
const failures = []

/** A check that is one command: passed when it exits with 0. */
function check(name, command, args, env = {}) {
  console.log(`\n--- ${name}: ${[command, ...args].join(' ')}`)
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  const ok = result.status === 0
  totals[ok ? 'passed' : 'failed'] += 1
  if (!ok) failures.push(name)
  return ok
}

/** A vitest suite: its own counts are added up. */
function suite(name, args) {
  console.log(`\n--- ${name}: vitest ${args.join(' ')}`)
  const report = join(scratch, `${name.replaceAll(' ', '-')}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const result = spawnSync(npx, ['vitest', ...args, ...reporters], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, KOMETA_PREVIEW_TEST_BUILT: '1' },
  })
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'))
    totals.passed += numPassedTests
    totals.failed += numFailedTests
    totals.skipped += numPendingTests
    // A file that could not be loaded, or an unhandled error, fails the run without a failed test.
    if (result.status !== 0 && numFailedTests === 0) totals.failed += 1
  } catch (error) {
    console.error(`${name}: no report of the runner: ${error.message}`)
    totals.failed += 1
  }
  if (result.status !== 0) failures.push(name)
}

check('types', npx, ['tsc', '-p', 'tsconfig.test.json'])
check('types of the studio', npx, ['tsc', '-p', 'tsconfig.web.json'])
check('lint', npx, ['biome', 'ci', '--colors=off', '.'])
check('unused code', npx, ['knip'])
if (check('build', npm, ['run', '-s', 'build'])) {
  suite('unit and wire tests', ['run'])
  suite('trust', ['run', '--config', 'vitest.trust.config.ts'])
  suite('browser', ['run', '--config', 'vitest.browser.config.ts'])
  check('demo', process.execPath, ['dist/cli/main.js', 'demo', '--once', '--out', join(scratch, 'demo')])
}
rmSync(scratch, { recursive: true, force: true })
if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`)
console.log(
  `\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
)
process.exitCode = totals.failed > 0 ? 1 : 0
