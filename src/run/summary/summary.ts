import { faultWords } from '../../contract/faults.ts'
import { type Summary, summarySchema, summarySchemaVersion, type TargetResult } from '../../contract/summary.ts'
import { mixedNotes } from '../../kometa/install/version-notes.ts'
import { kometaProblems } from '../../kometa/log/outcome/explain-stop.ts'
import type { JobLog } from '../../util/job-log.ts'
import { messageOf } from '../../util/unknown-error.ts'
import type { JobScopeReport } from '../around-kometa/start-proxies.ts'
import type { KometaRun } from '../kometas/kometa-run.ts'
import { exitCodeOf, summarizeKometa } from '../kometas/kometa-summary.ts'
import { findExtras } from '../pictures/map-captures.ts'
import type { Drawn } from './drawn.ts'
import { type DrawnItems, findDrawnItems } from './drawn-items.ts'
import { judgeJob } from './judge-job.ts'
import { summarizeExtra } from './summarize-extra.ts'
import type { SummaryInput } from './summary-input.ts'
import { targetResult } from './target-result.ts'

/** The result of a job. Writes a MISSING_* line into the log for each target without a picture. */
export function buildSummary(input: SummaryInput): Summary {
  const { job, drawn } = input
  const items = findDrawnItems(input)
  const targets = input.outputs.map((output) => targetResult(output, input, items))
  for (const target of targets) logMissing(target, job.log)
  const judged = judge(input, targets)
  return summarySchema.parse({
    schema_version: summarySchemaVersion,
    timestamp: new Date().toISOString(),
    started_at: job.phases.startedAt,
    status: judged.status,
    success: judged.status === 'success',
    ...wordsOf(input, judged.problems),
    ...kometaPart(input),
    servers: job.input.servers.servers.map(({ id, info }) => ({
      id,
      name: info.name,
      version: info.version,
      token_is_barrier: info.tokenIsBarrier,
    })),
    ...uploadsPart(input, targets),
    targets,
    extras: extrasOf(input, targets, items),
    ...requestsPart(input),
    durations_ms: input.durationsMs,
    ledger: input.ledger,
    isolation: input.isolation,
    verification: input.verification,
    scope: drawn.scopes.map(scopeSummary),
    gate: gatePart(input),
  } satisfies Summary)
}

function logMissing({ id, rating_key, status, missing_because, reason }: TargetResult, log: JobLog): void {
  if (rating_key === null) log.error(`MISSING_RATINGKEY target=${id}`)
  else if (status === 'missing') {
    // It is no error if the job was cancelled, or if a real run leaves the item as it is.
    const isExpected = missing_because === 'untouched' || missing_because === 'cancelled'
    log[isExpected ? 'info' : 'error'](`MISSING_CAPTURE ratingKey=${rating_key} target=${id}: ${reason}`)
  }
}

type Judged = ReturnType<typeof judgeJob>

function judge({ job, drawn, described }: SummaryInput, targets: readonly TargetResult[]): Judged {
  const { log, input, records } = job
  const { refused, dropped } = records.recorder.records
  const kometaSays = drawn.kometa.flatMap(({ record, exit }) => kometaProblems(record, exit))
  const cancelled = input.request.signal.aborted
  const judged = judgeJob({
    cancelled,
    kometaProblems: [...new Set([...kometaSays, ...(cancelled ? [] : failureOf(drawn))])],
    targets,
    refusedReads: refused,
    narrowedWrongly: drawn.scopes.some(({ recheck }) => recheck?.agrees === false),
    dropped,
  })
  for (const fault of [...described.faults, ...described.emptySearches]) log.warning(faultWords(fault))
  for (const problem of judged.problems) log[judged.status === 'failed' ? 'error' : 'warning'](problem)
  return judged
}

/** The first error of ours, in words. A cancelled job fails at whatever it was doing, which tells nothing. */
function failureOf({ failures }: Drawn): string[] {
  return failures.slice(0, 1).map((error) => messageOf(error))
}

type Part<K extends keyof Summary> = Pick<Summary, K>

/** The user's own words, names of files and addresses, stand in these, and may hold a secret. */
function wordsOf(
  { job, drawn, described, warnings }: SummaryInput,
  problems: readonly string[],
): Part<'problems' | 'warnings' | 'config_faults' | 'empty_searches' | 'config_changes'> {
  const clean = job.input.redactor.text
  const ofKometas = drawn.kometa.flatMap((run) => [...run.warnings, ...mixedNotes(run.record)])
  return {
    problems: problems.map(clean),
    config_faults: described.faults.map((fault) => ({ ...fault, words: clean(fault.words) })),
    empty_searches: described.emptySearches.map((search) => ({ ...search, words: clean(search.words) })),
    warnings: [...new Set([...warnings, ...ofKometas])].map(clean),
    config_changes: [...new Set(drawn.kometa.flatMap(({ changes }) => changes))].map(clean),
  }
}

function kometaPart({ job, drawn }: SummaryInput): Part<'renderer' | 'kometa' | 'kometa_exit_code' | 'kometa_runs'> {
  const { renderer } = job.input.request
  const { kometa } = drawn
  return {
    renderer: renderer.kind,
    kometa: {
      version: versionSaidBy(kometa) ?? renderer.version,
      commit: renderer.commit,
      supported: renderer.supported,
    },
    kometa_exit_code: exitCodeOf(kometa),
    kometa_runs: kometa.map(summarizeKometa),
  }
}

const versionSaidBy = (kometa: readonly KometaRun[]): string | null =>
  kometa.find(({ record }) => record.version !== null)?.record.version ?? null

function uploadsPart(
  { captures }: SummaryInput,
  targets: readonly TargetResult[],
): Part<
  | 'captured_uploads'
  | 'captured_uploads_count'
  | 'successful_captures_count'
  | 'exported_files'
  | 'missing_targets'
  | 'output_files'
> {
  const good = captures.filter((capture) => capture.parse_error === null && capture.saved_path !== null)
  const exported = targets.flatMap(({ id, after }) => (after ? [[id, after.path] as const] : []))
  const saved = captures.flatMap(({ saved_path: path }) => path ?? [])
  return {
    captured_uploads: [...captures],
    captured_uploads_count: captures.length,
    successful_captures_count: good.length,
    exported_files: Object.fromEntries(exported),
    missing_targets: targets.filter(({ status }) => status === 'missing').map(({ id }) => id),
    output_files: [...new Set([...exported.map(([, path]) => path), ...saved])],
  }
}

function extrasOf(
  { job, drawn, captures }: SummaryInput,
  targets: readonly TargetResult[],
  items: DrawnItems,
): Summary['extras'] {
  const mappable = targets.map(({ id, rating_key: ratingKey, server }) => ({ id, ratingKey, server }))
  const around = { targets: job.input.chosen.targets, scopes: drawn.scopes }
  return findExtras(mappable, captures).map((capture) => summarizeExtra(capture, around, items.bySeq.get(capture.seq)))
}

function requestsPart({ job }: SummaryInput): Part<'blocked_write_attempts' | 'refused_reads' | 'plex_reads'> {
  const { blocked, refused, forwardedCount, forwardedBytes, answeredCount } = job.records.recorder.records
  return {
    blocked_write_attempts: blocked,
    refused_reads: refused,
    plex_reads: {
      forwarded: forwardedCount,
      forwarded_bytes: forwardedBytes,
      answered_from_memory: answeredCount,
    },
  }
}

function gatePart({ job, drawn }: SummaryInput): Summary['gate'] {
  const { hosts, viaUserProxy } = drawn.outside
  return {
    mode: job.input.request.config.preview.gate.mode,
    via_user_proxy: viaUserProxy,
    hosts: hosts.map(({ bytesUp, bytesDown, ...host }) => ({ ...host, bytes_up: bytesUp, bytes_down: bytesDown })),
  }
}

function scopeSummary(report: JobScopeReport): Summary['scope'][number] {
  const { server, scope_strategy: strategy, why, places, decoys, contradictions, recheck, requests, bytes } = report
  return {
    ...{ server, strategy, why, places, contradictions, requests, bytes },
    decoys: decoys.map(({ ratingKey, title, type }) => ({ rating_key: ratingKey, title, type })),
    recheck: recheck === null ? null : { agrees: recheck.agrees, why: recheck.why },
  }
}
