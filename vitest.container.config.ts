import { defineConfig } from 'vitest/config'

/** The container image: built once, then run. Building takes minutes, and root. */
export default defineConfig({
  test: {
    include: ['test/container/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 900_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
