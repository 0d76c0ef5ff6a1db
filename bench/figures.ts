import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'

/** One line of the table. */
export interface Row {
  figure: string
  value: number | string
  unit?: string
  /** The goal in words; '' for a figure that is shown only for comparison. */
  goal: string
  /** null if the figure has no goal or was not measured. */
  reached: boolean | null
}

/** The result of one bench. */
export interface Figures {
  title: string
  rows: Row[]
  /** Every single measurement, for the JSON file. */
  details: unknown
}

export interface BenchOptions {
  rounds: number
  /** How many films the large library has. */
  large: number
  /** A folder that only this bench uses. It is removed when the bench ends. */
  scratch: string
  say(line: string): void
}

export type Bench = (options: BenchOptions) => Promise<Figures>

export const atMost = (figure: string, value: number, limit: number, unit = ''): Row => ({
  figure,
  value,
  unit,
  goal: `<= ${limit}`,
  reached: Number.isNaN(value) ? null : value <= limit,
})

export const atLeast = (figure: string, value: number, limit: number, unit = ''): Row => ({
  figure,
  value,
  unit,
  goal: `>= ${limit}`,
  reached: Number.isNaN(value) ? null : value >= limit,
})

export const beside = (figure: string, value: number | string, unit = ''): Row => ({
  figure,
  value,
  unit,
  goal: '',
  reached: null,
})

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** A random order. Each round uses a new one, so that other work of the machine slows all sides alike. */
export function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((value) => ({ value, order: Math.random() }))
    .sort((one, other) => one.order - other.order)
    .map(({ value }) => value)
}

export const loadAverage = (): string =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')

export function printTable(all: readonly Figures[]): void {
  for (const { title, rows } of all) {
    console.log(`\n${title}`)
    for (const { figure, value, unit = '', goal, reached } of rows) {
      const shown = `${typeof value === 'number' ? written(value) : value} ${unit}`.trimEnd()
      const judged = reached === null ? '' : reached ? 'reached' : 'NOT REACHED'
      console.log(`  ${figure.padEnd(74)} ${shown.padStart(14)}   ${goal.padEnd(12)} ${judged}`.trimEnd())
    }
  }
}

function written(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en')
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

/** Writes all measurements to a JSON file, together with a description of the machine. */
export function saveResults(root: string, name: string, results: Record<string, unknown>): string {
  const folder = join(root, 'bench/results')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`)
  const machine = { node: process.version, platform: process.platform, cores: cpus().length, model: cpus()[0]?.model }
  writeFileSync(file, `${JSON.stringify({ ...results, machine, load: loadavg() }, null, 2)}\n`)
  return file
}
