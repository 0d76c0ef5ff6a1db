import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './mutations.ts'
import { endGroup, makeScratch, small } from './scratch.ts'

/** What a worker is asked: these files have changed, which of these test files goes red? */
export interface Order {
  changed: readonly string[]
  tests: readonly string[]
}

export interface Outcome {
  passed: number
  /** The first test that failed; null when nobody noticed. */
  red: string | null
  /** Why there is no outcome: the suite itself failed. */
  broken?: string
}

/** The check of types is the first part of `npm test`: what it refuses never comes to the tests. */
export const byTypes = 'the check of types'

/** A copy of the sources with a vitest that stays. */
export interface MutantSuite extends AsyncDisposable {
  /** Runs test files with one mutant in place, or with none. */
  try(mutant: Mutant | null, tests: readonly string[], timeoutMs: number): Promise<Outcome & { ms: number }>
}

const worker = fileURLToPath(new URL('mutant-worker.ts', import.meta.url))
const startTimeoutMs = 60_000

export function openMutantSuite(root: string): MutantSuite {
  const scratch = makeScratch(root)
  let child: ChildProcess | undefined
  /** Was changed for the mutant before and is as it was again. */
  let restored: string[] = []

  async function start(): Promise<ChildProcess> {
    const started = spawn(process.execPath, ['--import', 'tsx', worker], {
      cwd: scratch.dir,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, ...small },
      // A group of its own: what a mutant leaves running ends with it.
      detached: process.platform !== 'win32',
    })
    await nextMessage(started, startTimeoutMs)
    return started
  }

  /** What the child answers within the time; undefined when it hangs or dies, and is ended then. */
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
        // A suite that hangs is red: nobody could land with it.
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

/** Rejects when the child says nothing in time, or ends. */
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
