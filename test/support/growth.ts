import { AppError } from '../../src/contract/errors.ts'

/** Time of the processor, since others may be at work: the least of three, of which a pause can spoil one. */
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

/** Below it nothing can be told. */
const floorMs = 30

/** Eight times as much text: eight times the work, or sixty-four times. */
export const growth = (act: (text: string) => unknown, make: (chars: number) => string): number =>
  cost(act, make(64_000)) / Math.max(cost(act, make(8_000)), floorMs / 8)

/** Between the two, so that neither a busy machine nor the collector of garbage makes a linear act a quadratic one. */
export const maxGrowth = 30
