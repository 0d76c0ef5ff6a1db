import { defineConfig } from 'vitest/config'

/** Builds the container image once and runs it. Building takes minutes and needs root. */
export default defineConfig({
  test: {
    include: ['test/container/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 900_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
