import type { Summary } from '../../contract/summary.ts'
import { kometaProblems, stoppedIn } from '../../kometa/log/outcome/explain-stop.ts'
import type { KometaRun } from './kometa-run.ts'

/** The first that is not 0; null when one was ended by us, or none was started. */
export function exitCodeOf(runs: readonly KometaRun[]): number | null {
  const [first] = runs
  return (runs.find(({ exit }) => exit.code !== 0) ?? first)?.exit.code ?? null
}

/** One Kometa process, as the summary names it. */
export function summarizeKometa(run: KometaRun): Summary['kometa_runs'][number] {
  const { libraries, exit, record, logs } = run
  const items = record.runs.flatMap((library) => library.items)
  return {
    libraries: [...libraries],
    exit_code: exit.code,
    finished: record.finished,
    stopped_in: stoppedIn(record),
    duration_ms: exit.durationMs,
    items_drawn: items.filter(({ outcome }) => outcome === 'applied').length,
    logs,
    problems: kometaProblems(record, exit),
  }
}
