import { defineConfig } from 'vitest/config'

/** For a copy of the source to which the recipes have been applied (recipes.test.ts). */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  test: { include: ['test/recipes/surfaces.ts'], testTimeout: 60_000, maxWorkers: 1 },
})
