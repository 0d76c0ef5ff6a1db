import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

/**
 * The trust suite: it tries on purpose what must never happen. Two files run at a time, because one can wait while the
 * fuzzer computes.
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
