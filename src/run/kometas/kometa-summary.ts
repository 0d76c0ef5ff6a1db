import type { Summary } from '../../contract/summary.ts'
import { kometaProblems, stoppedIn } from '../../kometa/log/outcome/explain-stop.ts'
import type { KometaRun } from './kometa-run.ts'

/** The first exit code that is not 0; null if we ended a Kometa, or if none was started. */
export function exitCodeOf(runs: readonly KometaRun[]): number | null {
  const [first] = runs
  return (runs.find(({ exit }) => exit.code !== 0) ?? first)?.exit.code ?? null
}

/** One Kometa process, as it stands in the summary. */
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
