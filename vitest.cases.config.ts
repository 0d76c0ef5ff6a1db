import { defineConfig } from 'vitest/config'

/** Small configs of real users' troubles; with KOMETA_HOME against the real Kometa, one after the other. */
export default defineConfig({
  test: {
    include: ['test/cases/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
