import { dirname, join } from 'node:path'
import { faultWords } from '../../contract/faults.ts'
import { leftOutWords } from '../../contract/left-out.ts'
import { type RealRun, type Summary, statusWords } from '../../contract/summary.ts'
import { targetProblems } from '../../run/summary/judge-job.ts'
import type { ExitCode } from '../program.ts'
import { type Line, painted } from './screen.ts'

/** `strict`: what Kometa left out of the config counts as a failure. */
export function exitCodeOf(summary: Summary, { strict = false } = {}): ExitCode {
  if (summary.status === 'cancelled') return 130
  if (strict && summary.config_faults.length > 0) return 1
  return summary.success && summary.targets.every((target) => target.status === 'exported') ? 0 : 1
}

function realRunWords({ would, why }: RealRun): string {
  if (would === 'unknown') return `whether a real run would draw it is not known: ${why}`
  return would === 'skip' ? `a real run would skip this item: ${why}` : `a real run would draw it: ${why}`
}

const indent = ' '.repeat(9)

const letThrough = ({ verification: { writes_forwarded: count } }: Summary): string =>
  count === 0 ? 'none' : `${count}`

/** Overlays of one target that are named as not drawn: Kometa's own files have them by the dozen. */
const namedLeftOut = 5

function leftOutLines(target: Summary['targets'][number]): string[] {
  const all = leftOutWords(target)
  const lines = all.slice(0, namedLeftOut).map(({ name, why }) => `not in the picture: ${name}: ${why}`)
  const more = all.length - namedLeftOut
  return more > 0 ? [...lines, `and ${more} more, which output/summary.json names`] : lines
}

const nothingApplied = (target: Summary['targets'][number]): string =>
  leftOutWords(target).length > 0 ? 'no overlay is in the picture' : 'drawn'

/** Faults that are told one by one; the summary has them all. */
const reportedFaults = 20

/** What Kometa left out of the config, and what it found nothing to search for. */
function faultLines({ config_faults: faults, empty_searches: searches }: Summary): string[] {
  const told = [
    ...faults.map((fault) => `Kometa left out ${faultWords(fault)}`),
    ...searches.map((search) => `Nothing to find for ${faultWords(search)}`),
  ]
  const more = told.length - reportedFaults
  return [...told.slice(0, reportedFaults), ...(more > 0 ? [`and ${more} more: output/summary.json has them all`] : [])]
}

/** A reason that a line above has given is not said a second time. */
function reasonOnce(reason: string | null, said: Set<string>): string | null {
  if (reason === null || !said.has(reason)) {
    if (reason !== null) said.add(reason)
    return reason
  }
  return 'for the same reason'
}

/**
 * The end of a run for people: a line per target, then what to know, then where it all is. `dataDir` is the data folder whose
 * studio can show it; a job elsewhere is named to it.
 */
export function reportSummary(summary: Summary, jobDir: string, dataDir?: string): Line[] {
  const lines: Line[] = ['']
  const said = new Set<string>()
  for (const target of summary.targets) {
    const word = {
      exported: painted('green', 'ok      '),
      incomplete: painted('yellow', 'partly  '),
      missing: painted('red', 'missing '),
    }
    const what = target.fault
      ? target.fault
      : target.restore
        ? 'a real run would take its overlays off'
        : (reasonOnce(target.reason, said) ??
          (target.overlays_applied.length > 0 ? target.overlays_applied.join(', ') : nothingApplied(target)))
    const mark = target.fault ? painted('red', 'danger  ') : word[target.status]
    lines.push([mark, ` ${target.title}  `, painted(target.fault ? 'red' : 'dim', what)])
    if (target.after) lines.push(indent + join(jobDir, target.after.path))
    lines.push(...leftOutLines(target).map((line) => painted('dim', indent + line)))
    if (target.after && target.depends_on_blocked_writes)
      lines.push(
        painted(
          'yellow',
          `${indent}depends on blocked writes: several entries of your libraries are on its Plex library`,
        ),
      )
    if (target.real_run) lines.push(painted('dim', indent + realRunWords(target.real_run)))
    for (const note of target.notes ?? []) lines.push(painted('yellow', indent + note))
    if (target.may_differ?.length) lines.push(painted('yellow', `${indent}a real run may draw it otherwise, see below`))
    if (target.may_be_incomplete)
      lines.push(painted('yellow', `${indent}may be incomplete: ${target.may_be_incomplete}`))
  }
  lines.push('')
  for (const server of summary.servers) {
    if (server.token_is_barrier) continue
    lines.push(
      painted(
        'red',
        `${server.name} answers reads from here without a token ("allowed without auth"): the token is no barrier there.`,
      ),
    )
  }
  // What keeps a target from its picture stands in its own line.
  for (const problem of targetProblems(summary.targets)) said.add(problem)
  for (const problem of summary.problems.filter((each) => !said.has(each))) lines.push(painted('red', problem))
  for (const line of faultLines(summary)) lines.push(painted('yellow', line))
  // What makes a picture differ is a problem already.
  const told = summary.problems.join('\n')
  for (const warning of summary.warnings.filter((each) => !told.includes(each))) lines.push(painted('yellow', warning))
  if (summary.renderer === 'sample') {
    lines.push('The pictures were drawn by the sample renderer, a stand-in for Kometa; `run` uses the real one.')
  }
  const writes = summary.verification.blocked
  const blocked = `${writes} ${writes === 1 ? 'write' : 'writes'} to Plex blocked`
  lines.push([painted('bold', statusWords(summary)), `: ${blocked}, ${letThrough(summary)} let through.`])
  const { unchanged, why } = summary.verification
  const style = unchanged === true ? 'green' : unchanged === false ? 'red' : 'yellow'
  lines.push(['Plex before and after: ', painted(style, why)])
  if (dataDir !== undefined) {
    const named =
      dirname(jobDir) === join(dataDir, 'jobs') ? '' : ` --job ${/\s/.test(jobDir) ? `"${jobDir}"` : jobDir}`
    lines.push(`In the browser: kometa-preview serve${named}`)
  }
  lines.push(`The job: ${jobDir}`)
  return lines
}
