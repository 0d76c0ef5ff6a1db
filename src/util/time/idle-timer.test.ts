import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createIdleTimer } from './idle-timer.ts'

/** Blocks this process completely, as if it had been stopped. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

function start(timeoutMs: number) {
  let idle = 0
  const timer = createIdleTimer(timeoutMs, () => {
    idle += 1
  })
  onTestFinished(timer.stop)
  return { timer, idle: () => idle }
}

test('calls once when nothing refreshes the timer', async () => {
  const { idle } = start(40)
  await expect.poll(idle).toBe(1)
  await wait(60)
  expect(idle()).toBe(1)
})

test('time in which this process was paused does not count, however long it was', async () => {
  const { idle } = start(400)
  for (let pause = 0; pause < 3; pause += 1) {
    await wait(1)
    standStill(900)
    await wait(1)
    expect(idle()).toBe(0)
  }
})

test('the wait is not over when the process continues after a pause in its last part', async () => {
  const { idle } = start(800)
  await wait(600)
  standStill(1_000)
  await wait(1)
  expect(idle()).toBe(0)
})

test('calls again when the call itself refreshes the timer', async () => {
  let idle = 0
  const timer = createIdleTimer(16, () => {
    idle += 1
    if (idle < 3) timer.refresh()
  })
  onTestFinished(timer.stop)
  await expect.poll(() => idle).toBe(3)
})

test('a stopped timer never calls', async () => {
  const { timer, idle } = start(20)
  timer.stop()
  await wait(60)
  expect(idle()).toBe(0)
})
