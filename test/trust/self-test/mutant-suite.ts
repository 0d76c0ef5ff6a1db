import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './mutations.ts'
import { endGroup, makeScratch, small } from './scratch.ts'

/** An order to a worker: these files changed; which of these test files fails? */
export interface Order {
  changed: readonly string[]
  tests: readonly string[]
}

export interface Outcome {
  passed: number
  /** The first test that failed; null when none did. */
  red: string | null
  /** Why there is no result: the suite itself failed. */
  broken?: string
}

/** `npm test` checks the types first, so a mutant that breaks them never reaches the tests. */
export const byTypes = 'the check of types'

/** A copy of the sources with a vitest that keeps running. */
export interface MutantSuite extends AsyncDisposable {
  /** Runs test files with one mutant in place, or with none. */
  try(mutant: Mutant | null, tests: readonly string[], timeoutMs: number): Promise<Outcome & { ms: number }>
}

const worker = fileURLToPath(new URL('mutant-worker.ts', import.meta.url))
const startTimeoutMs = 60_000

export function openMutantSuite(root: string): MutantSuite {
  const scratch = makeScratch(root)
  let child: ChildProcess | undefined
  /** Files that a previous mutant changed and that were restored. */
  let restored: string[] = []

  async function start(): Promise<ChildProcess> {
    const started = spawn(process.execPath, ['--import', 'tsx', worker], {
      cwd: scratch.dir,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, ...small },
      // The group ends with everything that a mutant left running.
      detached: process.platform !== 'win32',
    })
    await nextMessage(started, startTimeoutMs)
    return started
  }

  /** Returns the child's answer; undefined when the child hangs or dies, and it is then ended. */
  async function ask(order: Order, timeoutMs: number): Promise<Outcome | undefined> {
    child ??= await start()
    const answer = nextMessage(child, timeoutMs)
    child.send(order)
    return answer.catch(() => {
      stop()
      return undefined
    })
  }

  function stop(): void {
    if (child) endGroup(child.pid)
    child = undefined
  }

  return {
    async try(mutant, tests, timeoutMs) {
      const path = mutant && join(scratch.dir, mutant.file)
      const source = path === null ? '' : readFileSync(path, 'utf8')
      if (mutant && path !== null)
        writeFileSync(path, source.slice(0, mutant.start) + mutant.to + source.slice(mutant.end))
      const began = performance.now()
      try {
        const changed = mutant ? [mutant.file] : []
        const outcome = await ask({ changed: [...restored, ...changed], tests }, timeoutMs)
        restored = changed
        if (mutant && outcome?.red === null && !(await hasRightTypes(scratch.dir))) outcome.red = byTypes
        const ms = performance.now() - began
        // A suite that hangs counts as failed, because nobody could land with it.
        return { ...(outcome ?? { passed: 0, red: 'the suite did not end' }), ms }
      } finally {
        if (path !== null) writeFileSync(path, source)
      }
    },
    async [Symbol.asyncDispose]() {
      stop()
      scratch[Symbol.dispose]()
    },
  }
}

async function hasRightTypes(dir: string): Promise<boolean> {
  const tsc = join(dir, 'node_modules', 'typescript', 'bin', 'tsc')
  const child = spawn(process.execPath, [tsc, '-p', 'tsconfig.json', '--noEmit'], { cwd: dir, stdio: 'ignore' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0
}

/** Rejects when the child is silent for too long or ends. */
async function nextMessage(child: ChildProcess, timeoutMs: number): Promise<Outcome> {
  const done = new AbortController()
  const timer = setTimeout(() => done.abort(), timeoutMs)
  const ended = once(child, 'exit', { signal: done.signal }).then(() => Promise.reject(new Error('the worker ended')))
  ended.catch(() => undefined)
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal: done.signal }), ended])) as [Outcome]
    return message
  } finally {
    clearTimeout(timer)
    done.abort()
  }
}
