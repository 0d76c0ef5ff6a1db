import { appendFileSync, readFileSync } from 'node:fs'

/** One line of the table that `npm run test:trust` prints. */
export interface Figure {
  name: string
  /** What was reached, in words and numbers. */
  value: string
  /** What is wanted. */
  goal: string
}

/** Writes a figure down for the table; without `npm run test:trust` around it there is nobody to print it. */
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

/** A whole number from the environment, for tests that are longer by hand than in CI. */
export function sizeFromEnvironment(name: string, fallback: number): number {
  const text = process.env[name]
  if (text === undefined || text === '') return fallback
  const size = Number(text)
  if (!Number.isSafeInteger(size) || size < 1) throw new Error(`${name} is a whole number above 0, not ${text}`)
  return size
}
