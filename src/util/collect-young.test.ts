import { expect, test } from 'vitest'
import { createYoungCollector } from './collect-young.ts'

const chunk = 64 * 1024

/** The most that buffers held while 64 MB of them were made and dropped at once. */
function peakOf(dropped: (bytes: number) => void): number {
  const before = process.memoryUsage().arrayBuffers
  let peak = 0
  for (let made = 0; made < 64 * 1024 * 1024; made += chunk) {
    Buffer.allocUnsafeSlow(chunk).fill(1)
    dropped(chunk)
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
  }
  return peak
}

test('dead buffers are collected after each MB, and no name of the collector is left behind', () => {
  // By itself V8 lets at least 9 MB go by here.
  expect(peakOf(createYoungCollector())).toBeLessThan(4 * 1024 * 1024)
  expect('gc' in globalThis).toBe(false)
})
