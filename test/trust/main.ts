import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Figure, readFigures } from './figures.ts'

const usage = `npm run test:trust [-- options] [files]
  --long        as long as by hand: 1,000,000 fuzzed requests, 1,000 kills, 500,000 requests for flatness; hours
  --self-test   take out each rule in turn and show that something goes red
  --mutants     small random changes to policy and capture, and how many of them are noticed`

const long = {
  TRUST_FUZZ_REQUESTS: '1000000',
  TRUST_FUZZ_SECONDS: '14400',
  TRUST_KILL_ROUNDS: '1000',
  TRUST_FLAT_REQUESTS: '500000',
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const args = process.argv.slice(2)

if (args.includes('--help')) console.log(usage)
else if (args.includes('--self-test')) await (await import('./self-test/run-self-test.ts')).runSelfTest(root)
else if (args.includes('--mutants')) await (await import('./self-test/run-mutants.ts')).runMutants(root)
else runSuite()

/** The suite, and then its figures. */
function runSuite(): void {
  const folder = mkdtempSync(join(tmpdir(), 'trust-figures-'))
  const file = join(folder, 'figures.jsonl')
  writeFileSync(file, '')
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const files = args.filter((arg) => !arg.startsWith('--'))
  const result = spawnSync(process.execPath, [vitest, 'run', '--config', 'vitest.trust.config.ts', ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...(args.includes('--long') ? long : {}), ...process.env, TRUST_FIGURES: file },
  })
  console.log(table(readFigures(file)))
  rmSync(folder, { recursive: true, force: true })
  process.exitCode = result.status ?? 1
}

function table(figures: readonly Figure[]): string {
  const lines = figures.map(({ name, value, goal }) => `| ${name} | ${value} | ${goal} |`)
  return ['', '| figure | reached | goal |', '|---|---|---|', ...lines, ''].join('\n')
}
