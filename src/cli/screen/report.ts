import { dirname, join } from 'node:path'
import { faultWords } from '../../contract/faults.ts'
import { leftOutWords } from '../../contract/left-out.ts'
import { type RealRun, type Summary, statusWords } from '../../contract/summary.ts'
import { targetProblems } from '../../run/summary/judge-job.ts'
import type { ExitCode } from '../context.ts'
import { type Line, painted } from './screen.ts'

type Target = Summary['targets'][number]

/** `strict`: a job in which Kometa left something out of the config fails. */
export function exitCodeOf(summary: Summary, { strict = false } = {}): ExitCode {
  if (summary.status === 'cancelled') return 130
  if (strict && summary.config_faults.length > 0) return 1
  return summary.success && summary.targets.every((target) => target.status === 'exported') ? 0 : 1
}

function realRunWords({ would, why }: RealRun): string {
  if (would === 'unknown') return `it is not known whether a real run would draw it: ${why}`
  return would === 'skip' ? `a real run would skip this item: ${why}` : `a real run would draw it: ${why}`
}

const indent = ' '.repeat(9)

const letThrough = ({ verification: { writes_forwarded: count } }: Summary): string =>
  count === 0 ? 'none' : `${count}`

/** The overlays of a target that are named as not drawn. Kometa's own files define dozens of them. */
const namedLeftOut = 5

function leftOutLines(target: Target): string[] {
  const all = leftOutWords(target)
  const lines = all.slice(0, namedLeftOut).map(({ name, why }) => `not in the picture: ${name}: ${why}`)
  const more = all.length - namedLeftOut
  return more > 0 ? [...lines, `and ${more} more, listed in output/summary.json`] : lines
}

const nothingApplied = (target: Target): string =>
  leftOutWords(target).length > 0 ? 'no overlay is in the picture' : 'drawn'

/** The faults that are listed one by one; the summary has all of them. */
const reportedFaults = 20

/** What Kometa left out of the config, and the searches that had nothing to search for. */
function faultLines({ config_faults: faults, empty_searches: searches }: Summary): string[] {
  const told = [
    ...faults.map((fault) => `Kometa left out ${faultWords(fault)}`),
    ...searches.map((search) => `Nothing to find for ${faultWords(search)}`),
  ]
  const more = told.length - reportedFaults
  return [...told.slice(0, reportedFaults), ...(more > 0 ? [`and ${more} more, listed in output/summary.json`] : [])]
}

/** A reason that an earlier line has given is not repeated. */
function reasonOnce(reason: string | null, said: Set<string>): string | null {
  if (reason === null || !said.has(reason)) {
    if (reason !== null) said.add(reason)
    return reason
  }
  return 'for the same reason'
}

/**
 * The end of a run for people: the targets, then what they should know, then where everything is. `dataDir` is the data
 * folder of the studio that can show the job; a job elsewhere must be named to the studio.
 */
export function reportSummary(summary: Summary, jobDir: string, dataDir?: string): Line[] {
  const said = new Set<string>()
  const targets = summary.targets.flatMap((target) => targetLines(target, jobDir, said))
  // A target's own lines tell what keeps it from its picture.
  for (const problem of targetProblems(summary.targets)) said.add(problem)
  return [
    '',
    ...targets,
    '',
    ...barrierLines(summary),
    ...summary.problems.filter((each) => !said.has(each)).map((problem) => painted('red', problem)),
    ...faultLines(summary).map((line) => painted('yellow', line)),
    ...warningLines(summary),
    ...resultLines(summary),
    ...(dataDir === undefined ? [] : [`In the browser: kometa-preview serve${jobOption(jobDir, dataDir)}`]),
    `The job: ${jobDir}`,
  ]
}

const marks = {
  exported: painted('green', 'ok      '),
  incomplete: painted('yellow', 'partly  '),
  missing: painted('red', 'missing '),
}

function targetLines(target: Target, jobDir: string, said: Set<string>): Line[] {
  const mark = target.fault ? painted('red', 'danger  ') : marks[target.status]
  const lines: Line[] = [[mark, ` ${target.title}  `, painted(target.fault ? 'red' : 'dim', whatCame(target, said))]]
  if (target.after) lines.push(indent + join(jobDir, target.after.path))
  const say = (style: 'dim' | 'yellow', text: string) => lines.push(painted(style, indent + text))
  for (const line of leftOutLines(target)) say('dim', line)
  if (target.after && target.depends_on_blocked_writes) {
    say('yellow', 'depends on blocked writes: several entries of your libraries are on its Plex library')
  }
  if (target.real_run) say('dim', realRunWords(target.real_run))
  for (const note of target.notes ?? []) say('yellow', note)
  if (target.may_differ?.length) say('yellow', 'a real run may draw it differently, see below')
  if (target.may_be_incomplete) say('yellow', `may be incomplete: ${target.may_be_incomplete}`)
  return lines
}

function whatCame(target: Target, said: Set<string>): string {
  if (target.fault) return target.fault
  if (target.restore) return 'a real run would remove its overlays'
  const reason = reasonOnce(target.reason, said)
  if (reason !== null) return reason
  return target.overlays_applied.length > 0 ? target.overlays_applied.join(', ') : nothingApplied(target)
}

const barrierLines = ({ servers }: Summary): Line[] =>
  servers
    .filter((server) => !server.token_is_barrier)
    .map(({ name }) =>
      painted(
        'red',
        `${name} answers reads from here without a token ("allowed without auth"): the token is no barrier.`,
      ),
    )

/** A warning that is also a problem is told as a problem. */
function warningLines({ problems, warnings, renderer }: Summary): Line[] {
  const told = problems.join('\n')
  const lines: Line[] = warnings.filter((each) => !told.includes(each)).map((warning) => painted('yellow', warning))
  if (renderer === 'sample') {
    lines.push('The pictures were drawn by the sample renderer, a stand-in for Kometa; `run` uses the real one.')
  }
  return lines
}

function resultLines(summary: Summary): Line[] {
  const { blocked, unchanged, why } = summary.verification
  const writes = `${blocked} ${blocked === 1 ? 'write' : 'writes'} to Plex blocked`
  const style = unchanged === true ? 'green' : unchanged === false ? 'red' : 'yellow'
  return [
    [painted('bold', statusWords(summary)), `: ${writes}, ${letThrough(summary)} let through.`],
    ['Plex before and after: ', painted(style, why)],
  ]
}

function jobOption(jobDir: string, dataDir: string): string {
  if (dirname(jobDir) === join(dataDir, 'jobs')) return ''
  return ` --job ${/\s/.test(jobDir) ? `"${jobDir}"` : jobDir}`
}
