import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { figure } from './figures.ts'

/**
 * The goals are those of a machine that does nothing else. A shared one takes turns away from a browser for longer than
 * the goals last, so that a time fails beyond so many times its goal only. KOMETA_PREVIEW_EXACT=1, on a quiet machine,
 * holds it to the goal itself.
 */
export const isExact = process.env.KOMETA_PREVIEW_EXACT === '1'
const busyFactor = 4

export interface Goal {
  name: string
  value: number
  /** At most. */
  goal: number
  unit: 's' | 'ms' | 'KB' | '%'
  /** True where other programs of the machine cannot be at fault. */
  exact?: boolean
}

/** Prints a figure beside its goal and fails where it misses that by more than a busy machine explains. */
export function meets({ name, value, goal, unit, exact = false }: Goal): void {
  const digits = unit === 'ms' ? 0 : 1
  figure(name, `${value.toFixed(digits)} ${unit}`, `<= ${goal} ${unit}`)
  expect(value, name).toBeLessThanOrEqual(goal * (exact || isExact ? 1 : busyFactor))
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Collects the tasks of a page that take 50 ms or more, as the browser itself reports them. */
export async function watchLongTasks(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(`(() => {
    window.longTasks = []
    new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' })
  })()`)
  // What has not been reported yet is with the next frame.
  return async () => {
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))')
    return page.evaluate<number[]>('window.longTasks')
  }
}

/** Keeps the main thread of a page busy, to see that its tasks are looked at. */
export const holdUp = (page: Page, ms: number): Promise<void> =>
  page.evaluate(`new Promise((done) => setTimeout(() => {
    for (const end = performance.now() + ${ms}; performance.now() < end; );
    done()
  }))`)

const ticksPerSecond = 100

/** Processor time of all processes whose command line has this word, in milliseconds; null where there is no /proc. */
export function cpuOf(word: string): number | null {
  if (process.platform !== 'linux') return null
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)) continue
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      ticks += Number(fields[11]) + Number(fields[12])
    } catch {
      // It has ended in the meantime.
    }
  }
  return (ticks * 1_000) / ticksPerSecond
}
