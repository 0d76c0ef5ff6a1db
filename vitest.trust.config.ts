import { defineConfig } from 'vitest/config'

/** The trust suite: what may not happen, tried on purpose. One file after the other, so that figures of speed mean something. */
export default defineConfig({
  test: {
    include: ['test/trust/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 30_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
