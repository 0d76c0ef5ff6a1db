import { defineConfig } from 'vitest/config'

/** Kometa's own processes take the processor: one scenario after the other. */
export default defineConfig({
  test: {
    include: ['test/kometa/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
