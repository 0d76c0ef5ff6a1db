import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

/**
 * The trust suite: what may not happen, tried on purpose. Two files at a time: the fuzzer computes while others wait.
 */
export default defineConfig({
  test: {
    include: ['test/trust/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
})
