import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../random.ts'
import { guardedFiles } from './guarded.ts'
import { byTypes, type MutantSuite, openMutantSuite } from './mutant-suite.ts'
import { type Mutant, mutantsOf } from './mutations.ts'
import { isListed } from './unnoticeable.ts'

export interface MutantOptions {
  /** How many mutants to try, chosen by the seed; all of them if there are fewer. */
  count: number
  seed: number
  /** How many of the chosen mutants to skip, to continue an interrupted run. */
  from?: number
  /** Only files whose path contains one of these words; none means all files. */
  words: readonly string[]
  /** How many mutants are tried at the same time, each in its own copy of the sources. */
  workers?: number
}

/**
 * If a mutant's suite takes this many times as long as the whole suite without a change, it hangs, which counts as
 * failed.
 */
const patience = 3
const unchangedTimeoutMs = 1_800_000
const wanted = 0.9

type Tried = Mutant & { red: string | null; listed: boolean; ms: number }

export interface GuardedMutant extends Mutant {
  tests: readonly string[]
}

/** Every mutant of policy and capture, with the tests that should notice it. */
export function allMutants(root: string): GuardedMutant[] {
  return guardedFiles(root).flatMap(({ file, tests }) =>
    mutantsOf(file, readFileSync(join(root, file), 'utf8')).map((one) => ({ ...one, tests })),
  )
}

/**
 * Shows each mutant that no test notices: a gap in the suite, or code that does nothing. True when 90 % were noticed.
 */
export async function runMutants(
  root: string,
  { count, seed, words, from = 0, workers = 2 }: MutantOptions,
): Promise<boolean> {
  const all = allMutants(root)
  const chosen = sample(
    all.filter(({ file }) => words.length === 0 || words.some((word) => file.includes(word))),
    count,
    seed,
  ).slice(from)
  if (chosen.length === 0) throw new Error('no mutant is left: name other files, or begin earlier')
  console.log(`${all.length} mutants of policy and capture, ${chosen.length} of them tried, seed ${seed}`)
  const unchangedMs = await checkUnchanged(root, [...new Set(chosen.flatMap(({ tests }) => tests))])
  const tried = await tryAll(root, chosen, workers, patience * unchangedMs)
  return report(tried)
}

function sample(mutants: readonly GuardedMutant[], count: number, seed: number): GuardedMutant[] {
  const random = createRandom(seed)
  const left = [...mutants]
  const chosen: GuardedMutant[] = []
  while (chosen.length < count && left.length > 0) chosen.push(...left.splice(random.below(left.length), 1))
  return chosen
}

async function checkUnchanged(root: string, tests: readonly string[]): Promise<number> {
  await using suite = openMutantSuite(root)
  const { passed, red, broken, ms } = await suite.try(null, tests, unchangedTimeoutMs)
  console.log(`without a change: ${passed} passed`)
  if (red !== null || broken !== undefined) throw new Error(`first make the suite green: ${red ?? broken}`)
  return ms
}

async function tryAll(
  root: string,
  mutants: readonly GuardedMutant[],
  workers: number,
  timeoutMs: number,
): Promise<Tried[]> {
  const waiting = [...mutants]
  const tried: Tried[] = []
  async function work(): Promise<void> {
    await using suite = openMutantSuite(root)
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      tried.push(await tryOne(suite, mutant, timeoutMs))
      if (tried.length % 50 === 0) console.log(`${tried.length} tried`)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return tried
}

async function tryOne(suite: MutantSuite, mutant: GuardedMutant, timeoutMs: number): Promise<Tried> {
  const { red, broken, ms } = await suite.try(mutant, mutant.tests, timeoutMs)
  if (broken !== undefined) throw new Error(broken)
  const one = { ...mutant, red, ms, listed: isListed(mutant) }
  if (red === null && !one.listed) console.log(`ALIVE ${inWords(one)}`)
  if (process.env.TRUST_MUTANTS_VERBOSE) console.log(`${ms.toFixed(0)} ms ${red ?? 'nobody'}: ${inWords(one)}`)
  return one
}

function report(tried: readonly Tried[]): boolean {
  const judged = tried.filter(({ listed }) => !listed)
  const died = judged.filter(({ red }) => red !== null).length
  const wrong = tried.filter(({ listed, red }) => listed && red !== null)
  for (const one of wrong) console.log(`LISTED as unnoticeable, but noticed by ${one.red}: ${inWords(one)}`)
  const rate = judged.length === 0 ? 1 : died / judged.length
  const types = judged.filter(({ red }) => red === byTypes).length
  const listed = tried.length - judged.length
  console.log(`
${tried.length} mutants: ${died} noticed (${types} of them by the type check), ${judged.length - died} alive
listed as unnoticeable: ${listed}; noticed of all: ${percent(died / tried.length)}
noticed of those that can be noticed: ${percent(rate)} (wanted: ${percent(wanted)})`)
  return rate >= wanted && wrong.length === 0
}

const percent = (part: number) => `${(100 * part).toFixed(1)} %`

function inWords({ file, line, kind, from, to, text }: Mutant): string {
  const short = (value: string) => JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)
  return `${file}:${line} ${kind}: ${short(from)} -> ${short(to)} in ${text}`
}
