import type { Capture } from '../../contract/records.ts'
import type { LibraryRun } from '../../kometa/log/outcome/kometa-outcome.ts'
import { overlaysByCapture } from '../../kometa/log/outcome/overlay-results.ts'
import type { ItemResult } from '../../kometa/log/read/log-events.ts'
import type { KometaRun } from '../kometas/kometa-run.ts'
import type { JobTarget } from '../targets/job-target.ts'
import { placeOf, sectionOf } from './incomplete.ts'
import type { SummaryInput } from './summary-input.ts'

export interface DrawnItems {
  /** By `seq` of a capture: what Kometa's log says of the item that the capture belongs to. */
  bySeq: ReadonlyMap<number, ItemResult>
  /** The pass of Kometa over a library in which it drew an item. */
  runs: ReadonlyMap<ItemResult, LibraryRun>
}

/** Joins each Kometa's log with the uploads of that Kometa. A capture of another process's items is left out. */
export function findDrawnItems({ job, drawn, captures }: Pick<SummaryInput, 'job' | 'drawn' | 'captures'>): DrawnItems {
  const { targets } = job.input.chosen
  const { kometa, scopes } = drawn
  const bySeq = new Map<number, ItemResult>()
  for (const run of kometa) {
    const sections = new Set(targets.filter((target) => isRunOf(run, target)).map(placeOf))
    const own = captures.filter((capture) => {
      const section = sectionOf(capture, targets, scopes)
      return kometa.length === 1 || section === null || sections.has(section)
    })
    const items = run.record.runs.flatMap((library) => library.items)
    for (const [seq, item] of overlaysByCapture(items, own, (capture) => titleOf(capture, targets)))
      bySeq.set(seq, item)
  }
  const passes = kometa.flatMap(({ record }) => record.runs)
  const runs = new Map(passes.flatMap((pass) => pass.items.map((item) => [item, pass] as const)))
  return { bySeq, runs }
}

/** The name that Kometa's log gives to a capture's item; undefined if the item is no target. */
const titleOf = ({ rating_key, server }: Capture, targets: readonly JobTarget[]): string | undefined =>
  targets.find((target) => target.ratingKey === rating_key && target.server === server)?.logTitle

/** Whether this Kometa worked on a library of the target. */
export const isRunOf = ({ libraries }: KometaRun, { mappings }: JobTarget): boolean =>
  mappings.some((name) => libraries.includes(name))
