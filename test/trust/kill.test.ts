import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { type JobWorld, startJobWorld } from '../e2e/job-world.ts'
import { descendants, isAlive } from '../support/process-tree.ts'
import { compile } from './compiled.ts'
import { grouped, recordFigure, sizeFromEnvironment } from './figures.ts'
import type { RunJobOrder } from './programs/run-job.ts'
import { createRandom } from './random.ts'
import { until } from './until.ts'

/**
 * TRUST_KILL_ROUNDS: how many (50; by hand 1,000). TRUST_KILL_SEED: the run to repeat, as far as a race can be
 * repeated.
 */
const rounds = sizeFromEnvironment('TRUST_KILL_ROUNDS', 50)
const seed = sizeFromEnvironment('TRUST_KILL_SEED', (Date.now() % 1_000_000_000) + 1)
/** Parallel jobs: a killed one leaves the processor to the other. */
const lanes = 2
/** After this time no process of a killed tool may be alive. */
const orphansGoneMs = 5_000

const victims = ['the tool', 'Kometa', 'both'] as const

let programs: string
beforeAll(async () => {
  programs = join(await compile(), 'test', 'trust', 'programs')
}, 120_000)

const sum = { acknowledged: 0, finals: 0, killed: 0, orphans: 0 }

test(`${rounds} rounds of kill -9, seed ${seed}`, { timeout: 60_000 + rounds * 6_000 }, async () => {
  const random = createRandom(seed)
  const plan = Array.from({ length: rounds }, (_, at) => ({
    victim: victims[at % victims.length] ?? 'both',
    acks: random.below(25),
    delayMs: random.below(40),
  }))
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      await using world = await startJobWorld()
      // All rounds use one job folder, so each has to take the lock of a dead owner and clear what that owner left.
      for (const [at, round] of plan.entries()) if (at % lanes === lane) await killRound(world, round)
      await lastRound(world)
      world.assertUntouched()
    }),
  )
  recordFigure({
    name: 'random kill -9 of the tool, of Kometa, of both',
    value: `${rounds} rounds in ${Math.round((performance.now() - startedAt) / 1_000)} s, seed ${seed}: ${grouped(sum.acknowledged)} acknowledged, 0 lost; ${grouped(sum.finals)} files, 0 torn; ${sum.orphans} orphans after ${orphansGoneMs / 1_000} s`,
    goal: '1,000 rounds by hand, 50 in CI: 0 lost, 0 torn, 0 orphans after 5 s',
  })
  expect(sum.acknowledged).toBeGreaterThan(rounds)
  expect(sum.finals).toBeGreaterThanOrEqual(sum.acknowledged)
})

interface Round {
  victim: (typeof victims)[number]
  acks: number
  delayMs: number
}

interface Running {
  tool: ChildProcess
  lines: string[]
  acksFile: string
  pidsFile: string
}

function start(world: JobWorld, count: number): Running {
  const folder = mkdtempSync(join(tmpdir(), 'kill-round-'))
  const acksFile = join(folder, 'acks')
  const pidsFile = join(folder, 'pids')
  writeFileSync(acksFile, '')
  const order: RunJobOrder = {
    ...{ configPath: world.configPath, jobDir: world.jobDir, dataDir: world.dataDir, specs: ['Nosferatu'] },
    ...{ script: join(programs, 'uploader.js'), scriptArgs: [acksFile, pidsFile, String(count)] },
  }
  const tool = spawn(process.execPath, [join(programs, 'run-job.js'), JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  createInterface({ input: tool.stdout }).on('line', (line) => lines.push(line))
  return { tool, lines, acksFile, pidsFile }
}

async function killRound(world: JobWorld, { victim, acks, delayMs }: Round): Promise<void> {
  const { tool, lines, acksFile, pidsFile } = start(world, 0)
  const ended = once(tool, 'close')
  // Polls a file that another process writes, because no event reports it.
  await until(() => acksOf(acksFile).length > acks || tool.exitCode !== null, 60_000)
  expect([victim, tool.exitCode, lines]).toEqual([victim, null, lines])
  await wait(delayMs)
  const [kometa = 0] = pidsOf(pidsFile)
  const all = [...new Set([...descendants(tool.pid ?? 0), ...pidsOf(pidsFile)])]
  if (victim !== 'the tool') process.kill(kometa, 'SIGKILL')
  if (victim !== 'Kometa') tool.kill('SIGKILL')
  await ended
  sum.killed += 1
  if (victim === 'Kometa') expect(lines.join('\n')).toMatch(/^end (failed|partial|success) \d+$/m)
  const orphans = await survivors(all)
  sum.orphans += orphans.length
  for (const pid of orphans) process.kill(pid, 'SIGKILL')
  expect([victim, orphans.length]).toEqual([victim, 0])
  checkFiles(world, acksOf(acksFile))
  // What is proven complete need not be read again in every round; the next run clears what is half done.
  for (const name of files(world)) if (!name.endsWith('.tmp')) rmSync(join(folderOf(world), name))
  rmSync(join(acksFile, '..'), { recursive: true })
}

/** After all kills, a job that runs to its end takes the lock and leaves nothing half done. */
async function lastRound(world: JobWorld): Promise<void> {
  const { tool, lines, acksFile } = start(world, 12)
  await once(tool, 'close')
  expect(lines.join('\n')).toMatch(/^end \w+ 12$/m)
  // Everything that the killed runs had acknowledged stays; only their unfinished files go.
  expect(files(world).filter((name) => name.endsWith('.tmp'))).toEqual([])
  checkFiles(world, acksOf(acksFile))
  expect(existsSync(join(world.jobDir, '.lock'))).toBe(false)
  expect(readdirSync(join(world.dataDir, 'workspaces'))).toEqual([])
  rmSync(join(acksFile, '..'), { recursive: true })
}

/** Every acknowledged upload is under a final name, and every file with a final name is complete. */
function checkFiles(world: JobWorld, acks: readonly string[]): void {
  const hashes = new Set<string>()
  for (const name of files(world)) {
    if (name.endsWith('.tmp')) continue
    const bytes = readFileSync(join(folderOf(world), name))
    const own = createHash('sha256').update(bytes.subarray(0, -32)).digest()
    expect([name, own.equals(bytes.subarray(-32))]).toEqual([name, true])
    hashes.add(createHash('sha256').update(bytes).digest('hex'))
  }
  expect(acks.filter((sha256) => !hashes.has(sha256))).toEqual([])
  sum.acknowledged += acks.length
  sum.finals += hashes.size
}

const folderOf = (world: JobWorld): string => join(world.jobDir, 'output', 'by_ratingkey')
const files = (world: JobWorld): string[] => (existsSync(folderOf(world)) ? readdirSync(folderOf(world)) : [])

async function survivors(pids: readonly number[]): Promise<number[]> {
  await until(() => !pids.some(isAlive), orphansGoneMs).catch(() => undefined)
  return pids.filter(isAlive)
}

const acksOf = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.length === 64)
const pidsOf = (file: string): number[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map(Number)
    : []
