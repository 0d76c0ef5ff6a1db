import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPauseWatch } from './pause-watch.ts'

/** Blocks this process completely, as if it had been stopped. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

test('a pause is known immediately and for a while', async () => {
  using watch = createPauseWatch()
  expect(watch.stoodStill()).toBe(false)
  standStill(2_500)
  expect(watch.stoodStill()).toBe(true)
  await wait(1_100)
  expect(watch.stoodStill()).toBe(true)
})
