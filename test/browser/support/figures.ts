import { loadavg } from 'node:os'

interface Figure {
  name: string
  value: string
  goal: string
}

const figures: Figure[] = []

/** Keeps a speed figure for the table at the end of the suite. */
export function figure(name: string, value: string, goal: string): void {
  figures.push({ name, value, goal })
}

export function printFigures(): void {
  if (figures.length === 0) return
  const width = Math.max(...figures.map(({ name }) => name.length))
  const lines = figures.map(({ name, value, goal }) => `  ${name.padEnd(width)}  ${value.padStart(12)}   goal ${goal}`)
  figures.length = 0
  console.log([`The studio in the browser (load average ${loadavg()[0]?.toFixed(1)})`, ...lines].join('\n'))
}
