import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Patch {
  file: string
  find: string
  put: string
}

export interface TestOutcome {
  passed: number
  failed: number
  /** Names of failed tests, or the reason why nothing ran. */
  red: string[]
}

/** A copy of the sources and tests in which files can be changed and tests run. */
export interface Scratch extends Disposable {
  dir: string
  /**
   * Applies patches, calls `run`, and undoes the patches. Throws if a text does not occur exactly once: the rule has
   * moved.
   */
  withPatches<T>(patches: readonly Patch[], run: () => Promise<T>): Promise<T>
  /** Runs test files; `only` is a part of the tests' names. */
  test(files: readonly string[], options?: { only?: string; config?: string; timeoutMs?: number }): Promise<TestOutcome>
}

const copied = [
  'src',
  'test',
  'package.json',
  'tsconfig.json',
  'tsconfig.test.json',
  'vitest.config.ts',
  'vitest.trust.config.ts',
]
/** Enough to fail, in a fraction of the time. */
export const small = {
  TRUST_KILL_ROUNDS: '6',
  TRUST_FLAT_REQUESTS: '6000',
  TRUST_DISK_POINTS: '16',
  TRUST_FUZZ_SECONDS: '5',
  TRUST_FIGURES: '',
}

export function makeScratch(root: string): Scratch {
  const dir = mkdtempSync(join(tmpdir(), 'trust-scratch-'))
  for (const name of copied) cpSync(join(root, name), join(dir, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'), 'junction')
  return {
    dir,
    async withPatches(patches, run) {
      const before = new Map<string, string>()
      for (const { file, find, put } of patches) {
        const path = join(dir, file)
        const text = readFileSync(path, 'utf8')
        if (!before.has(path)) before.set(path, text)
        if (text.split(find).length !== 2) throw new Error(`${file}: not there exactly once: ${find}`)
        writeFileSync(
          path,
          text.replace(find, () => put),
        )
      }
      try {
        return await run()
      } finally {
        for (const [path, text] of before) writeFileSync(path, text)
      }
    },
    async test(files, { only, config = 'vitest.trust.config.ts', timeoutMs = 300_000 } = {}) {
      const report = join(dir, 'report.json')
      rmSync(report, { force: true })
      const args = ['run', '--config', config, '--bail', '1', '--reporter=json', `--outputFile=${report}`, ...files]
      if (only !== undefined) args.push('-t', only)
      const child = spawn(process.execPath, [join(dir, 'node_modules', 'vitest', 'vitest.mjs'), ...args], {
        cwd: dir,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, ...small },
        detached: process.platform !== 'win32',
      })
      const words: string[] = []
      child.stderr.on('data', (chunk: Buffer) => words.push(chunk.toString()))
      const timer = setTimeout(() => endGroup(child.pid), timeoutMs)
      const [code] = (await once(child, 'close')) as [number | null]
      clearTimeout(timer)
      return outcomeOf(report, code, words.join(''))
    },
    [Symbol.dispose]() {
      rmSync(dir, { recursive: true, force: true })
      removeCompiled(root, dir)
    },
  }
}

function outcomeOf(report: string, code: number | null, words: string): TestOutcome {
  if (!existsSync(report))
    return { passed: 0, failed: 1, red: [code === null ? 'it did not end' : words.trim().slice(-200)] }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    testResults: { name: string; status: string; assertionResults: { status: string; title: string }[] }[]
  }
  const red = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ title }) => title),
  )
  const failed = code === 0 ? numFailedTests : Math.max(1, numFailedTests)
  return { passed: numPassedTests, failed, red: red.length > 0 || failed === 0 ? red : [words.trim().slice(-200)] }
}

/** Ends a test that hangs and everything that it started. */
export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
}

/** Removes what this copy compiled; other copies, which may be in use, keep theirs. */
function removeCompiled(root: string, dir: string): void {
  const cache = join(root, 'node_modules', '.cache')
  if (!existsSync(cache)) return
  for (const name of readdirSync(cache).filter((one) => one.startsWith('kometa-preview-trust-'))) {
    const config = join(cache, name, 'tsconfig.json')
    if (!existsSync(config) || !readFileSync(config, 'utf8').includes(JSON.stringify(join(dir, 'src')))) continue
    rmSync(join(cache, name), { recursive: true, force: true })
  }
}
