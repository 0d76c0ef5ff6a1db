import { defineConfig } from 'vitest/config'

/** Kometa uses the whole processor, so the scenarios run one after the other. */
export default defineConfig({
  test: {
    include: ['test/kometa/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
