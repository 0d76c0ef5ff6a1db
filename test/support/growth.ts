import { AppError } from '../../src/contract/errors.ts'

/**
 * Processor time, since other work may share the machine. The least of three measurements counts: a pause can spoil
 * one.
 */
function cost(act: (text: string) => unknown, text: string): number {
  const times = Array.from({ length: 3 }, () => {
    const started = process.cpuUsage()
    try {
      act(text)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
    return process.cpuUsage(started).user / 1_000
  })
  return Math.min(...times)
}

/** A shorter time is too inexact to compare. */
const floorMs = 30

/** Eight times as much text takes eight times the work if the work is linear, and 64 times if it is quadratic. */
export const growth = (act: (text: string) => unknown, make: (chars: number) => string): number =>
  cost(act, make(64_000)) / Math.max(cost(act, make(8_000)), floorMs / 8)

/**
 * A bound between the two, so that neither a busy machine nor the garbage collector makes linear work look quadratic.
 */
export const maxGrowth = 30
