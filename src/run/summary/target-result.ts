import { notDrawnToday } from '../../config/run-config/real-run/schedule-notes.ts'
import type { MissingCause, TargetResult } from '../../contract/summary.ts'
import { explainMissing } from '../../kometa/log/outcome/explain-missing.ts'
import type { ItemResult } from '../../kometa/log/read/log-events.ts'
import type { KometaRun } from '../kometas/kometa-run.ts'
import type { TargetOutput } from '../pictures/export-outputs.ts'
import type { JobTarget } from '../targets/job-target.ts'
import { claimsOf } from './claims.ts'
import type { Drawn } from './drawn.ts'
import { type DrawnItems, isRunOf } from './drawn-items.ts'
import { noMatchWords } from './faults/no-match-words.ts'
import { incompleteBecause } from './incomplete.ts'
import type { SummaryInput } from './summary-input.ts'
import { factsOf } from './target-facts.ts'

/** What came of one target. */
export function targetResult(output: TargetOutput, input: SummaryInput, drawn: DrawnItems): TargetResult {
  const { target, mapped } = output
  const { records } = input.job.records.recorder
  const runs = input.drawn.kometa.filter((run) => isRunOf(run, target))
  const item = mapped.capture ? drawn.bySeq.get(mapped.capture.seq) : undefined
  const explained = mapped.status === 'missing' && mapped.reason === null ? explain(target, runs, drawn, input) : null
  const reason = explained?.reason ?? mapped.reason
  const facts = factsOf(output, factsInputOf({ runs, item, reason }, input))
  const isDrawn = mapped.status === 'exported' && !facts.restore
  return {
    id: target.id,
    rating_key: target.ratingKey,
    title: target.title,
    type: target.type,
    library: target.library,
    server: target.server,
    status: mapped.status,
    reason,
    missing_because: mapped.status === 'missing' ? (explained?.because ?? 'error') : null,
    log_lines: explained?.logLines ?? item?.warnings ?? [],
    before: output.before?.picture ?? null,
    after: output.after,
    kind: mapped.kind,
    restore: facts.restore,
    ...(isDrawn && item ? overlaysOf(target, item, input, drawn) : { overlays_applied: [] }),
    base_used: facts.base,
    real_run: facts.realRun,
    fault: facts.fault,
    notes: facts.notes,
    may_differ: item ? mayDiffer(item, input, drawn) : [],
    may_be_incomplete: incompleteBecause(target, {
      ...{ records, targets: input.job.input.chosen.targets, scopes: input.drawn.scopes },
    }),
    depends_on_blocked_writes: target.mappings.length > 1,
  }
}

interface OfTarget {
  runs: readonly KometaRun[]
  item: ItemResult | undefined
  reason: string | null
}

function factsInputOf({ runs, item, reason }: OfTarget, { job, captures }: SummaryInput) {
  const { recorder } = job.records
  const startedAt = new Date(job.phases.startedAt)
  return {
    ...{ runs, item, reason, captures, imageReads: recorder.imageReads, blocked: recorder.records.blocked },
    notDrawnToday: (mapping: string) => notDrawnToday(job.input.request.config, mapping, startedAt),
  }
}

function overlaysOf(target: JobTarget, item: ItemResult, { job, drawn, queuePlaces }: SummaryInput, items: DrawnItems) {
  const context = { targets: job.input.chosen.targets, scopes: drawn.scopes, queuePlaces }
  return claimsOf({ target, item, run: items.runs.get(item) }, context)
}

/** Why a real run may draw another picture of this item. */
function mayDiffer(item: ItemResult, { job, drawn }: SummaryInput, { runs }: DrawnItems): string[] {
  const causes = drawn.unfaithful.filter((one) => one.run === runs.get(item) && one.concerns(item))
  return causes.map(({ words }) => job.input.redactor.text(words))
}

/** Why there is no picture of a target. */
function explain(target: JobTarget, runs: readonly KometaRun[], items: DrawnItems, input: SummaryInput) {
  const { request } = input.job.input
  const library = target.mappings.at(-1) ?? target.library ?? ''
  const [run] = runs
  if (!run) {
    const because: MissingCause = request.signal.aborted ? 'cancelled' : 'error'
    return { reason: 'Kometa was not started.', logLines: [], because }
  }
  const searchWords = noMatchWords(request.config, target.mappings, input.described.emptySearches)
  const explained = explainMissing(
    run.record,
    run.exit,
    { title: target.logTitle, library },
    new Set(items.bySeq.values()),
    searchWords,
    input.described.inWords,
  )
  const causes = explained.because === 'error' ? lackedServices(target, input.drawn) : []
  return { ...explained, reason: [explained.reason, ...causes].join('. ') }
}

/**
 * Services that the overlays of an item needed where Kometa failed: Kometa need not name them itself (overlays.py:568).
 */
const lackedServices = ({ logTitle }: JobTarget, { unfaithful }: Drawn): string[] =>
  unfaithful
    .filter(({ lacksService }) => lacksService)
    .filter(({ run, concerns }) =>
      run.items.some((item) => item.title === logTitle && item.outcome === 'failed' && concerns(item)),
    )
    .map(({ words }) => words)
