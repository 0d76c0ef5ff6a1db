import { defineConfig } from 'vitest/config'

/**
 * Small configs that reproduce problems of real users. With KOMETA_HOME they run against the real Kometa, one after the
 * other.
 */
export default defineConfig({
  test: {
    include: ['test/cases/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
