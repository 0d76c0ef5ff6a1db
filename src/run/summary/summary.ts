import { notDrawnToday } from '../../config/run-config/real-run/schedule-notes.ts'
import { faultWords } from '../../contract/faults.ts'
import type { Capture } from '../../contract/records.ts'
import {
  type MissingCause,
  type Summary,
  summarySchema,
  summarySchemaVersion,
  type TargetResult,
} from '../../contract/summary.ts'
import type { Verification } from '../../contract/verification.ts'
import { mixedNotes } from '../../kometa/install/version-notes.ts'
import { explainMissing } from '../../kometa/log/outcome/explain-missing.ts'
import { kometaProblems } from '../../kometa/log/outcome/explain-stop.ts'
import type { LibraryRun } from '../../kometa/log/outcome/kometa-outcome.ts'
import { overlaysByCapture } from '../../kometa/log/outcome/overlay-results.ts'
import type { ItemResult } from '../../kometa/log/read/log-events.ts'
import type { LedgerHead } from '../../proxy/ledger/ledger.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { Redactor } from '../../util/redact.ts'
import { visibleJson } from '../../util/visible.ts'
import type { HostCount } from '../around-kometa/start-gate.ts'
import type { JobScopeReport } from '../around-kometa/start-proxies.ts'
import type { JobServer } from '../inputs/connect-servers.ts'
import type { JobRequest } from '../inputs/request.ts'
import { summaryPath } from '../job-folder/checksums.ts'
import type { JobFolder } from '../job-folder/job-folder.ts'
import { exitCodeOf, summarizeKometa } from '../kometas/kometa-summary.ts'
import type { KometaRun } from '../kometas/run-kometas.ts'
import type { TargetOutput } from '../pictures/export-outputs.ts'
import { findExtras } from '../pictures/map-captures.ts'
import type { ImageReads, JobRecords } from '../records/job-recorder.ts'
import type { JobTarget } from '../targets/job-target.ts'
import { claimsOf } from './claims.ts'
import type { DescribedFaults } from './faults/describe-faults.ts'
import { noMatchWords } from './faults/no-match-words.ts'
import { incompleteBecause, placeOf, sectionOf } from './incomplete.ts'
import { judgeJob } from './judge-job.ts'
import type { QueuePlaces } from './queue-places.ts'
import { summarizeExtra } from './summarize-extra.ts'
import { factsOf } from './target-facts.ts'
import type { Unfaithful } from './unfaithful.ts'

export interface SummaryInput {
  request: JobRequest
  folder: JobFolder
  servers: readonly JobServer[]
  targets: readonly JobTarget[]
  results: readonly TargetOutput[]
  kometa: readonly KometaRun[]
  /** An error of ours that kept a Kometa from its work, in words. */
  failure: string | null
  records: JobRecords
  imageReads: ReadonlyMap<string, ImageReads>
  captures: readonly Capture[]
  ledger: LedgerHead
  scopes: readonly JobScopeReport[]
  queuePlaces: QueuePlaces
  /** What a preview cannot show as a real run draws it. */
  unfaithful: readonly Unfaithful[]
  isolation: Summary['isolation']
  verification: Verification
  outside: { hosts: readonly HostCount[]; viaUserProxy: boolean }
  warnings: readonly string[]
  /** What Kometa left out of the config. */
  described: DescribedFaults
  /** The user's own words (names of files, addresses) stand in warnings, and may hold a secret. */
  redactor: Redactor
  startedAt: string
  durationsMs: Record<string, number>
  log: JobLog
}

/** The result of a job. Writes a MISSING_* line into the log for each target without a picture. */
export function buildSummary(input: SummaryInput): Summary {
  const { request, kometa, records, captures, log, redactor } = input
  const drawn = drawnItems(input)
  const targets = input.results.map((result) => targetResult(result, input, drawn))
  for (const target of targets) {
    if (target.rating_key === null) log.error(`MISSING_RATINGKEY target=${target.id}`)
    else if (target.status === 'missing') {
      // What was cancelled, or is left as it is by a real run too, is no error.
      const isExpected = target.missing_because === 'untouched' || target.missing_because === 'cancelled'
      log[isExpected ? 'info' : 'error'](
        `MISSING_CAPTURE ratingKey=${target.rating_key} target=${target.id}: ${target.reason}`,
      )
    }
  }
  const kometaSays = kometa.flatMap(({ record, exit }) => kometaProblems(record, exit))
  const { status, problems } = judgeJob({
    cancelled: request.signal.aborted,
    kometaProblems: [...new Set([...kometaSays, ...(input.failure === null ? [] : [input.failure])])],
    targets,
    refusedReads: records.refused,
    narrowedWrongly: input.scopes.some(({ recheck }) => recheck?.agrees === false),
    dropped: records.dropped,
  })
  for (const fault of [...input.described.faults, ...input.described.emptySearches]) log.warning(faultWords(fault))
  for (const problem of problems) log[status === 'failed' ? 'error' : 'warning'](problem)
  const good = captures.filter((capture) => capture.parse_error === null && capture.saved_path !== null)
  const exported = targets.flatMap(({ id, after }) => (after ? [[id, after.path] as const] : []))
  return summarySchema.parse({
    schema_version: summarySchemaVersion,
    timestamp: new Date().toISOString(),
    started_at: input.startedAt,
    status,
    success: status === 'success',
    problems: problems.map(redactor.text),
    config_faults: input.described.faults.map((fault) => ({ ...fault, words: redactor.text(fault.words) })),
    empty_searches: input.described.emptySearches.map((search) => ({ ...search, words: redactor.text(search.words) })),
    warnings: [...new Set([...input.warnings, ...kometa.flatMap(warningsOf)])].map(redactor.text),
    renderer: request.renderer.kind,
    kometa: {
      version: kometa.find(({ record }) => record.version !== null)?.record.version ?? request.renderer.version,
      commit: request.renderer.commit,
      supported: request.renderer.supported,
    },
    kometa_exit_code: exitCodeOf(kometa),
    kometa_runs: kometa.map(summarizeKometa),
    servers: input.servers.map(({ id, info }) => ({
      id,
      name: info.name,
      version: info.version,
      token_is_barrier: info.tokenIsBarrier,
    })),
    blocked_write_attempts: records.blocked,
    captured_uploads: [...captures],
    captured_uploads_count: captures.length,
    successful_captures_count: good.length,
    exported_files: Object.fromEntries(exported),
    missing_targets: targets.filter((target) => target.status === 'missing').map(({ id }) => id),
    output_files: [
      ...new Set([...exported.map(([, path]) => path), ...captures.flatMap(({ saved_path }) => saved_path ?? [])]),
    ],
    targets,
    extras: findExtras(mappable(targets), captures).map((capture) =>
      summarizeExtra(capture, input, drawn.bySeq.get(capture.seq)),
    ),
    refused_reads: records.refused,
    config_changes: [...new Set(kometa.flatMap(({ changes }) => changes))].map(redactor.text),
    durations_ms: input.durationsMs,
    ledger: input.ledger,
    isolation: input.isolation,
    plex_reads: {
      forwarded: records.forwardedCount,
      forwarded_bytes: records.forwardedBytes,
      answered_from_memory: records.answeredCount,
    },
    verification: input.verification,
    scope: input.scopes.map(scopeSummary),
    gate: {
      mode: request.config.preview.gate.mode,
      via_user_proxy: input.outside.viaUserProxy,
      hosts: input.outside.hosts.map(({ host, port, verdict, reason, count, bytesUp, bytesDown }) => ({
        host,
        port,
        verdict,
        reason,
        count,
        bytes_up: bytesUp,
        bytes_down: bytesDown,
      })),
    },
  } satisfies Summary)
}

export async function writeSummary(folder: JobFolder, summary: Summary): Promise<void> {
  await folder.files.write(summaryPath, `${visibleJson(summary, 2)}\n`)
}

function scopeSummary(report: JobScopeReport): Summary['scope'][number] {
  const { server, scope_strategy: strategy, why, places, decoys, contradictions, recheck, requests, bytes } = report
  return {
    server,
    strategy,
    why,
    places,
    decoys: decoys.map(({ ratingKey, title, type }) => ({ rating_key: ratingKey, title, type })),
    contradictions,
    recheck: recheck === null ? null : { agrees: recheck.agrees, why: recheck.why },
    requests,
    bytes,
  }
}

const mappable = (targets: readonly TargetResult[]) =>
  targets.map(({ id, rating_key: ratingKey, server }) => ({ id, ratingKey, server }))

function targetResult(output: TargetOutput, input: SummaryInput, drawn: DrawnItems): TargetResult {
  const { target, mapped, after } = output
  const run = input.kometa.filter(({ libraries }) => target.mappings.some((name) => libraries.includes(name)))
  const item = mapped.capture ? drawn.bySeq.get(mapped.capture.seq) : undefined
  const explained = mapped.status === 'missing' && mapped.reason === null ? explain(target, run, drawn, input) : null
  const reason = explained?.reason ?? mapped.reason
  const { imageReads, captures } = input
  const notDrawnTodayIn = (mapping: string) => notDrawnToday(input.request.config, mapping, new Date(input.startedAt))
  const facts = factsOf(output, {
    ...{ runs: run, item, imageReads, blocked: input.records.blocked, captures, reason },
    notDrawnToday: notDrawnTodayIn,
  })
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
    before: target.before,
    after,
    kind: mapped.kind,
    restore: facts.restore,
    ...(mapped.status === 'exported' && !facts.restore && item
      ? claimsOf({ target, item, run: drawn.runs.get(item) }, input)
      : { overlays_applied: [] }),
    base_used: facts.base,
    real_run: facts.realRun,
    fault: facts.fault,
    notes: facts.notes,
    may_differ: item
      ? input.unfaithful
          .filter((one) => one.run === drawn.runs.get(item) && one.concerns(item))
          .map(({ words }) => input.redactor.text(words))
      : [],
    may_be_incomplete: incompleteBecause(target, input),
    depends_on_blocked_writes: target.mappings.length > 1,
  }
}

const warningsOf = ({ warnings, record }: KometaRun): string[] => [...warnings, ...mixedNotes(record)]

interface DrawnItems {
  /** By `seq` of the capture: what Kometa's log says of the item that it is of. */
  bySeq: ReadonlyMap<number, ItemResult>
  /** The pass of Kometa over a library in which it drew an item. */
  runs: ReadonlyMap<ItemResult, LibraryRun>
}

/** Joins each Kometa's log with the uploads that came from it; a capture of another process's items is none of its. */
function drawnItems({ kometa, captures, targets, scopes }: SummaryInput): DrawnItems {
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

/** What Kometa's log calls the item of a capture; undefined for one that is no target. */
const titleOf = ({ rating_key, server }: Capture, targets: readonly JobTarget[]): string | undefined =>
  targets.find((target) => target.ratingKey === rating_key && target.server === server)?.logTitle

const isRunOf = ({ libraries }: KometaRun, { mappings }: JobTarget): boolean =>
  mappings.some((name) => libraries.includes(name))

function explain(target: JobTarget, runs: readonly KometaRun[], drawn: DrawnItems, input: SummaryInput) {
  const { request, described } = input
  const library = target.mappings.at(-1) ?? target.library ?? ''
  const [run] = runs
  if (!run) {
    const because: MissingCause = request.signal.aborted ? 'cancelled' : 'error'
    return { reason: 'Kometa was not started.', logLines: [], because }
  }
  const searchWords = noMatchWords(request.config, target.mappings, described.emptySearches)
  const taken = new Set(drawn.bySeq.values())
  const explained = explainMissing(
    run.record,
    run.exit,
    { title: target.logTitle, library },
    taken,
    searchWords,
    described.inWords,
  )
  const causes = explained.because === 'error' ? lackedServices(target, input) : []
  return { ...explained, reason: [explained.reason, ...causes].join('. ') }
}

/** Services that overlays of an item needed at which Kometa failed: its own words need not name them (overlays.py:568). */
const lackedServices = ({ logTitle }: JobTarget, { unfaithful }: SummaryInput): string[] =>
  unfaithful
    .filter(({ lacksService }) => lacksService)
    .filter(({ run, concerns }) =>
      run.items.some((item) => item.title === logTitle && item.outcome === 'failed' && concerns(item)),
    )
    .map(({ words }) => words)
