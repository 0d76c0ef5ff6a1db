import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { summarySchema } from '../src/contract/summary.ts'
import { startOutsideWorld } from '../test/support/outside-world.ts'
import type { BenchCounts, BenchServerOptions } from './sample-server.ts'

/**
 * What a preview costs against real Kometa straight at the sample Plex. Needs KOMETA_HOME and KOMETA_PYTHON and a build:
 * `npm run bench`. All sides take turns in one run, in random order; medians; BENCH_ROUNDS (5), BENCH_LARGE (100000).
 */
const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const large = Number(process.env.BENCH_LARGE ?? 100_000)
const kometaHome = process.env.KOMETA_HOME
const python = process.env.KOMETA_PYTHON ?? 'python3'
if (!kometaHome) throw new Error('set KOMETA_HOME and KOMETA_PYTHON')
const home: string = kometaHome
const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'bench-preview-'))
const world = await startOutsideWorld(join(scratch, 'certificates'))
const environment = { PATH: process.env.PATH, HOME: scratch, ...world.env, KOMETA_HOME: home, KOMETA_PYTHON: python }
const targets = [1_001, 1_002, 1_003, 1_004, 1_005]

interface Server {
  url: string
  token: string
  child: ChildProcess
}

async function startServer(films: number): Promise<Server> {
  const options: BenchServerOptions = { films, labelled: 0.3, delayMs: 2, perItemDelayMs: 0.1 }
  const child = fork(join(root, 'bench/sample-server.ts'), [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] })
  const { url, token } = await new Promise<{ url: string; token: string }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { url: string; token: string }))
    child.once('exit', (code) => reject(new Error(`the sample Plex ended: ${code}`)))
  })
  return { url, token, child }
}

async function counts(server: Server): Promise<BenchCounts> {
  const answer = new Promise<BenchCounts>((resolve) =>
    server.child.once('message', (message) => resolve(message as BenchCounts)),
  )
  server.child.send('count')
  return answer
}

function config(server: Server, name: string): string {
  const dir = join(scratch, name, 'config')
  mkdirSync(dir, { recursive: true })
  const path = join(dir, 'config.yml')
  writeFileSync(
    path,
    `plex: {url: "${server.url}", token: ${server.token}, timeout: 600}
tmdb: {apikey: 0123456789abcdef0123456789abcdef}
settings: {cache: false, run_order: [operations, metadata, collections, overlays]}
libraries: {Movies: {overlay_files: [{default: resolution}]}}
`,
  )
  return path
}

async function timed(command: string, args: string[], cwd: string): Promise<number> {
  const started = performance.now()
  const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4_000)
  })
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${errors}`)
  return performance.now() - started
}

interface Measured extends BenchCounts {
  ms: number
  selfCheck: number
  before: number
  verification: number
  summary?: ReturnType<typeof summarySchema.parse>
}

let number = 0
async function preview(server: Server, name: string): Promise<Measured> {
  number += 1
  const out = join(scratch, `job-${number}`)
  server.child.send('clear')
  const wanted = targets.flatMap((key) => ['--target', String(key)])
  const args = [
    'dist/cli/main.js',
    'run',
    '--config',
    config(server, name),
    ...wanted,
    '--out',
    out,
    '--data',
    join(scratch, 'data'),
  ]
  const ms = await timed(process.execPath, [...args, '--port', '0', '--json'], root)
  const summary = summarySchema.parse(JSON.parse(readFileSync(join(out, 'output/summary.json'), 'utf8')))
  if (summary.status !== 'success') throw new Error(summary.problems.join('\n'))
  const selfCheck = summary.scope.reduce((sum, scope) => sum + scope.requests.self_check, 0)
  const verification = 'verification' in summary ? requestsOf(summary.verification) : 0
  return { ms, selfCheck, before: targets.length, verification, ...(await counts(server)), summary }
}

function requestsOf(verification: unknown): number {
  const known = typeof verification === 'object' && verification !== null && 'requests' in verification
  return known && typeof verification.requests === 'number' ? verification.requests : 0
}

async function direct(server: Server, name: string): Promise<Measured> {
  number += 1
  const copy = `${name}-direct-${number}`
  const path = config(server, copy)
  server.child.send('clear')
  const flags = [
    '--run',
    '--overlays-only',
    '--ignore-schedules',
    '--read-only-config',
    '--no-report',
    '--no-missing',
    '--no-countdown',
  ]
  const ms = await timed(python, [join(home, 'kometa.py'), '--config', path, ...flags], join(scratch, copy))
  return { ms, selfCheck: 0, before: 0, verification: 0, ...(await counts(server)) }
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
function shuffled<T>(list: T[]): T[] {
  return list
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value)
}

console.log(
  `load ${loadavg()[0]?.toFixed(2)}; ${rounds} rounds; libraries of 50, 1,000 and ${large} films; 5 targets; default: resolution`,
)
const small = await startServer(50)
const middle = await startServer(1_000)
const big = await startServer(large)
const results: Record<string, Measured[]> = {}
const sides: Record<string, () => Promise<Measured>> = {
  'preview, library of 50': () => preview(small, 'small'),
  'preview, library of 1,000': () => preview(middle, 'middle'),
  'preview, large library': () => preview(big, 'big'),
  // Kometa writes here: each round gets a library of its own.
  'Kometa straight at 5 films': async () => {
    const own = await startServer(5)
    try {
      return await direct(own, 'floor')
    } finally {
      own.child.disconnect()
    }
  },
}
for (let round = 1; round <= rounds; round++) {
  for (const [name, side] of shuffled(Object.entries(sides))) {
    const measured = await side()
    results[name] = [...(results[name] ?? []), measured]
    console.log(`${round}/${rounds} ${name}: ${(measured.ms / 1000).toFixed(2)} s, ${measured.requests} requests`)
  }
}
const whole = process.env.BENCH_WHOLE === '0' ? null : await direct(middle, 'whole')

const ms = (name: string): number => median((results[name] ?? []).map((one) => one.ms))
const kometaReads = (name: string): number =>
  median((results[name] ?? []).map((one) => one.requests - one.selfCheck - one.before - one.verification))
const textBytes = (name: string): number => median((results[name] ?? []).map((one) => one.bytes - one.imageBytes))
const first = results['preview, large library']?.[0]
const rows: [figure: string, value: string, goal: string][] = [
  [
    'preview, large library : library of 50',
    (ms('preview, large library') / ms('preview, library of 50')).toFixed(2),
    '<= 1.10',
  ],
  [
    'preview, large library : Kometa straight at 5 films',
    (ms('preview, large library') / ms('Kometa straight at 5 films')).toFixed(2),
    '<= 1.0',
  ],
  [
    'preview of 5 : Kometa straight at 1,000',
    whole ? (ms('preview, library of 1,000') / whole.ms).toFixed(3) : 'not run',
    '<= 0.067',
  ],
  ['requests for Kometa, large library', String(kometaReads('preview, large library')), '<= 80'],
  ['requests for Kometa, library of 1,000', String(kometaReads('preview, library of 1,000')), 'the same'],
  ['requests of the self-check', String(first?.selfCheck), '<= 20'],
  ['requests for before pictures', String(first?.before), '<= 15'],
  ['requests of the verification', String(first?.verification), '<= 8 per target'],
  ['bytes from Plex without images, large library', String(textBytes('preview, large library')), '<= 3,000,000'],
  ['scope strategy', first?.summary?.scope.map(({ strategy }) => strategy).join(', ') ?? '', 'id'],
]
console.log(`\nload ${loadavg()[0]?.toFixed(2)}`)
for (const [name, all] of Object.entries(results))
  console.log(`${name}: ${(median(all.map((one) => one.ms)) / 1000).toFixed(2)} s (median)`)
if (whole) console.log(`Kometa straight at 1,000 films: ${(whole.ms / 1000).toFixed(2)} s (one run)`)
console.log('')
for (const [figure, value, goal] of rows) console.log(`${figure.padEnd(56)} ${value.padStart(12)}   goal ${goal}`)
mkdirSync(join(root, 'bench/results'), { recursive: true })
const file = join(root, 'bench/results', `preview-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.json`)
writeFileSync(
  file,
  JSON.stringify(
    { load: loadavg(), rounds, large, rows, results, whole },
    (key, value) => (key === 'summary' ? undefined : value),
    2,
  ),
)
for (const server of [small, middle, big]) server.child.disconnect()
await world[Symbol.asyncDispose]()
rmSync(scratch, { recursive: true, force: true })
