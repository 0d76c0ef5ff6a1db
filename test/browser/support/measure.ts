import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { figure } from './figures.ts'

/**
 * The goals are for a machine that does nothing else. On a shared machine other programs can stop a browser for longer
 * than a goal lasts, so a time fails only beyond a multiple of its goal. With KOMETA_PREVIEW_EXACT=1, on a quiet
 * machine, the goal itself is the limit.
 */
export const isExact = process.env.KOMETA_PREVIEW_EXACT === '1'
const busyFactor = 4

export interface Goal {
  name: string
  value: number
  /** The largest allowed value. */
  goal: number
  unit: 's' | 'ms' | 'KB' | '%'
  /** True when other programs on the machine cannot influence the figure. */
  exact?: boolean
}

/** Prints a figure next to its goal, and fails if it misses the goal by more than a busy machine explains. */
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
  // Tasks that are not reported yet are reported in the next frame.
  return async () => {
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))')
    return page.evaluate<number[]>('window.longTasks')
  }
}

/** Keeps the main thread of a page busy, to prove that its long tasks are noticed. */
export const holdUp = (page: Page, ms: number): Promise<void> =>
  page.evaluate(`new Promise((done) => setTimeout(() => {
    for (const end = performance.now() + ${ms}; performance.now() < end; );
    done()
  }))`)

const ticksPerSecond = 100

/**
 * Processor time in milliseconds of all processes whose command line contains this word; null where there is no /proc.
 */
export function cpuOf(word: string): number | null {
  if (process.platform !== 'linux') return null
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)) continue
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      ticks += Number(fields[11]) + Number(fields[12])
    } catch {
      // The process has ended in the meantime.
    }
  }
  return (ticks * 1_000) / ticksPerSecond
}
