import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { startJobWorld } from '../e2e/job-world.ts'
import { descendants, groupOf, isAlive, livingGroups } from '../support/process-tree.ts'
import { compile } from './compiled.ts'
import { recordFigure, sizeFromEnvironment } from './figures.ts'
import type { RunJobOrder } from './programs/run-job.ts'

/** TRUST_ORPHAN_ROUNDS: how many (40; by hand 1,000). They are spread over the first milliseconds of a job. */
const rounds = sizeFromEnvironment('TRUST_ORPHAN_ROUNDS', 40)
const firstMs = 500
/** Jobs at once: one that is killed leaves the processor to the others. */
const lanes = 2
/** By then nothing of a killed tool may live. */
const goneMs = 5_000

let programs: string
beforeAll(async () => {
  programs = join(await compile(), 'test', 'trust', 'programs')
}, 120_000)

test.skipIf(process.platform !== 'linux')(
  `${rounds} kills within ${firstMs} ms of the first line leave nobody`,
  { timeout: 60_000 + rounds * 8_000 },
  async () => {
    const script = join(mkdtempSync(join(tmpdir(), 'orphans-')), 'deaf.cjs')
    writeFileSync(
      script,
      "for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => {})\nsetInterval(() => {}, 1000)\n",
    )
    const orphans: string[] = []
    let found = 0
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        for (let round = lane; round < rounds; round += lanes) {
          await using world = await startJobWorld()
          const order: RunJobOrder = {
            ...{ configPath: world.configPath, jobDir: world.jobDir, dataDir: world.dataDir, specs: ['Nosferatu'] },
            ...{ script, scriptArgs: [] },
          }
          const delayMs = Math.floor((round * firstMs) / rounds)
          const { children, survivors } = await killAfter(order, delayMs)
          found += children
          orphans.push(...survivors.map((pid) => `pid ${pid} after ${delayMs} ms`))
          for (const pid of survivors) process.kill(pid, 'SIGKILL')
          world.assertUntouched()
        }
      }),
    )
    rmSync(join(script, '..'), { recursive: true })
    recordFigure({
      name: `kill -9 of the tool at every moment of its first ${firstMs} ms`,
      value: `${rounds} rounds, ${found} processes below the tool: ${orphans.length} orphans after ${goneMs / 1_000} s`,
      goal: '1,000 rounds by hand, 40 in CI: 0 orphans after 5 s',
    })
    expect(orphans).toEqual([])
    // Otherwise nothing was there to be orphaned.
    expect(found).toBeGreaterThan(rounds / 2)
  },
)

/** Kills the tool so long after its first line; who was below it then, and who of them and their groups lives on. */
async function killAfter(order: RunJobOrder, delayMs: number): Promise<{ children: number; survivors: number[] }> {
  const tool = spawn(process.execPath, [join(programs, 'run-job.js'), JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(tool, 'close')
  const [first] = await once(createInterface({ input: tool.stdout }), 'line')
  expect(first).toMatch(/^phase /)
  await wait(delayMs)
  // Stopped first: who is looked up now is all there is when it dies.
  tool.kill('SIGSTOP')
  const below = descendants(tool.pid ?? 0)
  // Groups that one of them leads: nobody else's may be looked at, let alone ended.
  const groups = new Set(below.filter((pid) => groupOf(pid) === pid))
  tool.kill('SIGKILL')
  const left = () => [...new Set([...below.filter(isAlive), ...livingGroups(groups)])]
  const giveUpAt = performance.now() + goneMs
  while (left().length > 0 && performance.now() < giveUpAt) await wait(20)
  const survivors = left()
  // An orphan holds the pipe to the tool's own reader: only when it is gone does that close.
  tool.stdout.destroy()
  await ended
  return { children: below.length, survivors }
}
