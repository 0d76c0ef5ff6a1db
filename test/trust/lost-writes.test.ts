import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type JobWorld, startJobWorld } from '../e2e/job-world.ts'
import { compile } from './compiled.ts'
import { grouped, recordFigure } from './figures.ts'
import { crashes, writeState } from './lost-writes/crash-states.ts'
import { type Judged, judgeJobFolder, judgeJobs } from './lost-writes/judge-state.ts'
import { traceDisk, whyNotTraced } from './lost-writes/trace-disk.ts'
import type { RunJobOrder } from './programs/run-job.ts'

/**
 * What a power cut leaves. A real job runs under strace. Its calls are replayed on a model of a disk that keeps only
 * what was synced. Each state that a crash could leave is written out and read as the next command would read it.
 */
let programs: string
beforeAll(async () => {
  programs = join(await compile(), 'test', 'trust', 'programs')
}, 120_000)

const whyNot = process.platform === 'linux' ? whyNotTraced() : 'strace is a program for Linux'
const sum = { calls: 0, states: 0, jobs: 0, says: new Map<Judged['says'], number>() }

/** Pictures, records and ledgers. Logs promise nothing, and a workspace is for one run only. */
const isJudged = (path: string): boolean => /^jobs(\/|$)/.test(path) && !/^jobs\/[^/]+\/logs\//.test(path)

test('uploads: each acknowledged one is complete in every state', { timeout: 300_000 }, async ({ skip }) => {
  if (whyNot !== null) skip(whyNot)
  await using world = await startJobWorld()
  const promised = join(world.dir, 'promised')
  writeFileSync(promised, '')
  const uploader = {
    script: join(programs, 'uploader.js'),
    scriptArgs: [promised, join(world.dir, 'pids'), '8', '20000'],
  }
  await crashEverywhere(world, runJob(world, uploader), (dir, acknowledged) =>
    judgeJobFolder(join(dir, 'jobs', 'job'), acknowledged, { selfProving: true }),
  )
})

test('a job, and the next one in its folder: a success is complete', { timeout: 300_000 }, async ({ skip }) => {
  if (whyNot !== null) skip(whyNot)
  await using world = await startJobWorld()
  for (const specs of [['Nosferatu', 'The General'], ['M']]) {
    await crashEverywhere(world, runJob(world, { specs }), (dir) =>
      judgeJobFolder(join(dir, 'jobs', 'job'), [], { selfProving: false }),
    )
  }
})

test('the studio’s job, and its deletion: a success is complete', { timeout: 300_000 }, async ({ skip }) => {
  if (whyNot !== null) skip(whyNot)
  await using world = await startJobWorld()
  await crashEverywhere(world, [join(programs, 'studio-job.js'), world.configPath, world.dir], (dir) =>
    judgeJobs(join(dir, 'jobs')),
  )
})

test('the figure', ({ skip }) => {
  if (whyNot !== null) skip(whyNot)
  const says = [...sum.says].map(([words, count]) => `${grouped(count)}: ${words}`).join('; ')
  recordFigure({
    name: 'a power cut after each call that writes, with 8 kinds of loss',
    value: `${sum.jobs} jobs, ${grouped(sum.calls)} calls, ${grouped(sum.states)} different states (${says}): 0 acknowledged pictures lost, 0 torn or missing ones that nobody tells of`,
    goal: '0 acknowledged pictures lost, 0 torn or missing ones that nobody tells of',
  })
  expect(sum.states).toBeGreaterThan(100)
})

function runJob(world: JobWorld, order: Partial<RunJobOrder>): string[] {
  const { configPath, dataDir, dir } = world
  const all: RunJobOrder = { configPath, dataDir, specs: ['Nosferatu'], ...order, jobDir: join(dir, 'jobs', 'job') }
  return [join(programs, 'run-job.js'), JSON.stringify(all)]
}

/**
 * Runs a program, and judges each state in which a crash could have left its folder; `promised` reads what the program
 * had promised by then.
 */
async function crashEverywhere(
  world: JobWorld,
  program: readonly string[],
  judge: (dir: string, promised: readonly string[]) => Promise<Judged>,
): Promise<void> {
  // A disk in memory has nothing to sync, and thousands of states are written and read.
  const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lost-writes-'))
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }))
  const before = join(scratch, 'before')
  await cp(world.dir, before, { recursive: true })
  const { events, out } = await traceDisk(join(scratch, 'trace'), [process.execPath, ...program])
  expect(out).toMatch(/^end \w+ [1-9]\d*$/m)
  const problems = new Set<string>()
  for (const { words, state, promised } of crashes({ at: world.dir, before }, events, isJudged)) {
    const dir = join(scratch, 'state')
    writeState(state, dir)
    const { problems: found, says } = await judge(dir, promised)
    for (const problem of found) problems.add(`${words}: ${problem}`)
    sum.states += 1
    sum.says.set(says, (sum.says.get(says) ?? 0) + 1)
    rmSync(dir, { recursive: true, force: true })
  }
  sum.jobs += 1
  sum.calls += events.filter(({ at }) => at === 'end').length
  expect([...problems]).toEqual([])
  world.assertUntouched()
}
