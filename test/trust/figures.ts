import { appendFileSync, readFileSync } from 'node:fs'

/** One line of the table that `npm run test:trust` prints. */
export interface Figure {
  name: string
  /** The result, in words and numbers. */
  value: string
  /** The goal. */
  goal: string
}

/** Writes a figure down for the table; outside `npm run test:trust` nobody prints it. */
export function recordFigure(figure: Figure): void {
  const file = process.env.TRUST_FIGURES
  if (file) appendFileSync(file, `${JSON.stringify(figure)}\n`)
}

export function readFigures(file: string): Figure[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Figure)
}

/** 12345 -> 12,345. */
export const grouped = (count: number): string => count.toLocaleString('en-US')

/** A whole number from the environment, for tests that run longer by hand than in CI. */
export function sizeFromEnvironment(name: string, fallback: number): number {
  const text = process.env[name]
  if (text === undefined || text === '') return fallback
  const size = Number(text)
  if (!Number.isSafeInteger(size) || size < 1) throw new Error(`${name} is a whole number above 0, not ${text}`)
  return size
}
