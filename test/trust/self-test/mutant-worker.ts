import { join } from 'node:path'
import { createVitest } from 'vitest/node'
import type { Order, Outcome } from './mutant-suite.ts'
import { endGroup } from './scratch.ts'

/**
 * Runs parts of the suite in a copy of the sources, one order after the other, in one vitest that keeps running:
 * restarting it for each mutant would take longer than most mutants live.
 */
const dir = process.cwd()
const vitest = await createVitest('test', {
  config: false,
  root: dir,
  watch: false,
  include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
  // The suites' own limit: a slow machine must not look like a noticed mutant.
  testTimeout: 180_000,
  hookTimeout: 60_000,
  bail: 1,
  maxWorkers: 1,
  fileParallelism: false,
  reporters: [{}],
})
await vitest.standalone()

process.on('message', (order: Order) => {
  run(order).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => process.send?.({ passed: 0, red: null, broken: String(error) } satisfies Outcome),
  )
})
// The parent is gone; whatever a mutant started ends too.
process.once('disconnect', () => endGroup(process.pid))
process.send?.('ready')

/** Runs the files one after the other until one fails. */
async function run({ changed, tests }: Order): Promise<Outcome> {
  for (const file of changed) vitest.invalidateFile(join(dir, file))
  let passed = 0
  for (const test of tests) {
    const chosen = await vitest.globTestSpecifications([join(dir, test)])
    if (chosen.length === 0) continue
    vitest.state.filesMap.clear()
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(chosen)
    for (const module of testModules) {
      for (const one of module.children.allTests()) if (one.result().state === 'passed') passed += 1
    }
    const red = testModules.find((module) => !module.ok())
    if (red) {
      const [failed] = red.children.allTests('failed')
      return { passed, red: `${test}: ${failed?.name ?? 'could not be loaded'}` }
    }
    if (unhandledErrors.length > 0) return { passed, red: `${test}: an error that nobody handled` }
  }
  return { passed, red: null }
}
