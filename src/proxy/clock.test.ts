import { expect, test } from 'vitest'
import { microTimestamp } from './clock.ts'

test('UTC with microseconds, next to the wall clock', () => {
  for (let round = 0; round < 2_000; round += 1) {
    const before = Date.now()
    const stamp = microTimestamp()
    expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    const told = Date.parse(stamp)
    // The two clocks may differ by the drift that is allowed.
    expect(told).toBeGreaterThan(before - 25)
    expect(told).toBeLessThan(Date.now() + 25)
  }
})
