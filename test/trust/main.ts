import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Figure, readFigures } from './figures.ts'

const usage = `npm run test:trust                          the suite as in CI, and its table of figures
npm run test:trust -- FILE ...              parts of it: raw-cases, write-matrix, secrets, ...
npm run test:trust -- --fuzz 1000000        that many fuzzed requests
npm run test:trust -- --kills 1000          that many rounds of kill -9
npm run test:trust -- --orphans 1000        that many kills in the first 500 ms of a job
npm run test:trust -- --requests 500000     that many requests, and what the proxy then holds
    --seed N      of --fuzz and --kills: the run to repeat; without it a new one, which is printed
npm run test:trust -- --self-test [WORD ..] takes out each rule in turn (or those with one of the words in their name): something must go red
npm run test:trust -- --mutants [WORD ..]   small changes to policy and capture (or to those files with one of the words in their path): how many are noticed
    --sample N    how many of them, by chance (300)
    --seed N      which ones
    --from N      passes over the first N of them, to go on with a run that was ended
    --all         every one of them; takes hours

Rules and changes are taken out of a copy of the sources, never of the sources themselves.
--fuzz, --kills, --orphans and --requests can stand together; each runs its own part alone. Ctrl-C ends a run.`

/** Parts that a number makes longer: the test, and the environment variable that it reads. */
const long = {
  fuzz: { file: 'fuzz', env: 'TRUST_FUZZ_REQUESTS', seed: 'TRUST_FUZZ_SEED', also: { TRUST_FUZZ_SECONDS: '86400' } },
  kills: { file: 'kill', env: 'TRUST_KILL_ROUNDS', seed: 'TRUST_KILL_SEED', also: {} },
  orphans: { file: 'orphans', env: 'TRUST_ORPHAN_ROUNDS', seed: null, also: {} },
  requests: { file: 'flatness', env: 'TRUST_FLAT_REQUESTS', seed: null, also: {} },
} as const

/** Tests in other suites that also report figures of the issue. */
const elsewhere = ['test/wire/capture-multipart.test.ts', 'test/isolation/hostile.test.ts']

const root = fileURLToPath(new URL('../..', import.meta.url))
process.exitCode = await main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  return 2
})

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ help: { type: 'boolean' }, 'self-test': { type: 'boolean' }, mutants: { type: 'boolean' } },
      ...{
        fuzz: { type: 'string' },
        kills: { type: 'string' },
        orphans: { type: 'string' },
        requests: { type: 'string' },
        seed: { type: 'string' },
        sample: { type: 'string' },
        from: { type: 'string' },
        all: { type: 'boolean' },
      },
    },
  })
  const seed = values.seed === undefined ? 1 + Math.floor(Math.random() * 999_999_999) : whole('seed', values.seed)
  if (values.help) {
    console.log(usage)
    return 0
  }
  if (values['self-test']) {
    const { runSelfTest } = await import('./self-test/run-self-test.ts')
    return (await runSelfTest(root, positionals)) ? 0 : 1
  }
  if (values.mutants) {
    const { runMutants } = await import('./self-test/run-mutants.ts')
    const count = values.all ? Number.POSITIVE_INFINITY : whole('sample', values.sample ?? '300')
    const from = values.from === undefined ? 0 : whole('from', values.from)
    return (await runMutants(root, { count, seed, from, words: positionals })) ? 0 : 1
  }
  const files: string[] = [...positionals]
  const env: Record<string, string> = {}
  for (const name of ['fuzz', 'kills', 'orphans', 'requests'] as const) {
    const value = values[name]
    if (value === undefined) continue
    const part = long[name]
    files.push(`test/trust/${part.file}.test.ts`)
    Object.assign(env, { [part.env]: String(whole(name, value)) }, part.also)
    if (part.seed !== null) env[part.seed] = String(seed)
  }
  return runSuite(files, env)
}

function whole(name: string, text: string): number {
  const value = Number(text.replaceAll(',', ''))
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} wants a whole number above 0, not ${text}`)
  return value
}

/** Runs the suite, or parts of it, and then prints its figures. */
function runSuite(files: readonly string[], env: Record<string, string>): number {
  const folder = mkdtempSync(join(tmpdir(), 'trust-figures-'))
  const file = join(folder, 'figures.jsonl')
  writeFileSync(file, '')
  const vitest = (config: string, chosen: readonly string[]) =>
    spawnSync(
      process.execPath,
      [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--config', config, ...chosen],
      {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, ...env, TRUST_FIGURES: file },
      },
    ).status ?? 1
  let status = vitest('vitest.trust.config.ts', files)
  if (files.length === 0) status = Math.max(status, vitest('vitest.config.ts', elsewhere))
  console.log(table(readFigures(file)))
  rmSync(folder, { recursive: true, force: true })
  return status
}

function table(figures: readonly Figure[]): string {
  const cell = (text: string) => text.replaceAll('|', '/')
  const lines = figures.map(({ name, value, goal }) => `| ${cell(name)} | ${cell(goal)} | ${cell(value)} |`)
  return ['', '| figure | goal | reached |', '|---|---|---|', ...lines, ''].join('\n')
}
