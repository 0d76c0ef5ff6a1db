import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureDecision } from './decision.ts'
import { type Bench, type Figures, loadAverage, printTable, saveResults } from './figures.ts'
import { measureListing } from './listing.ts'
import { measurePreviews } from './preview.ts'
import { measureProxy } from './proxy.ts'
import { measureRedactor } from './redactor.ts'
import { measureSecondPreview } from './second-preview.ts'
import { measureTwoLibraries } from './two-libraries.ts'
import { measureUploads } from './uploads.ts'

/**
 * Prints the figures of docs/performance.md in one table. `npm run bench` measures all of them, and
 * `npm run bench -- proxy uploads` some. The sides of a figure take turns in random order. The table shows medians of
 * BENCH_ROUNDS (5) rounds; the large library has BENCH_LARGE (100000) films. Previews need KOMETA_HOME and
 * KOMETA_PYTHON.
 */
const benches: Record<string, Bench> = {
  decision: measureDecision,
  redactor: measureRedactor,
  proxy: measureProxy,
  listing: measureListing,
  uploads: measureUploads,
  second: measureSecondPreview,
  libraries: measureTwoLibraries,
  preview: measurePreviews,
}
const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const large = Number(process.env.BENCH_LARGE ?? 100_000)
const asked = process.argv.slice(2)
const unknown = asked.find((name) => !(name in benches))
if (unknown !== undefined) throw new Error(`there is no bench "${unknown}": ${Object.keys(benches).join(', ')}`)

const all: Figures[] = []
const failures: string[] = []
console.log(`load average ${loadAverage()}; ${rounds} rounds`)
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const scratch = mkdtempSync(join(tmpdir(), `bench-${name}-`))
  const startedAt = performance.now()
  try {
    all.push(await bench({ rounds, large, scratch, say: (line) => console.log(`  ${name}: ${line}`) }))
  } catch (error) {
    // A bench that fails on this machine must not stop the others.
    failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(`${name}: ${seconds} s; load average ${loadAverage()}`)
}
printTable(all)
for (const failure of failures) console.log(`\nNOT MEASURED ${failure}`)
const file = saveResults(process.cwd(), asked.length === 0 ? 'all' : asked.join('-'), {
  rounds,
  large,
  figures: all,
  failures,
})
console.log(`\nload average ${loadAverage()}; ${file}`)
process.exitCode = failures.length === 0 ? 0 : 1
