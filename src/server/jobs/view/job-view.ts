import type { ImageRef } from '../../../contract/api/api-common.ts'
import type { JobDetail, JobEntry, Outcome, StudioTarget } from '../../../contract/api/api-jobs.ts'
import { type ConfigFault, type EmptySearch, faultWords } from '../../../contract/faults.ts'
import { leftOutWords } from '../../../contract/left-out.ts'
import type { Capture } from '../../../contract/records.ts'
import { shownFactsSchema } from '../../../contract/shown-facts.ts'
import type { Picture, TargetResult } from '../../../contract/summary.ts'
import { afterPictureOf } from '../../../proxy/capture/after-picture.ts'
import { addedWords, labelWriteOf } from '../../../proxy/ledger/item-edits.ts'
import type { ShownSummary } from '../files/read-summary.ts'
import type { JobState } from '../journal/job-state.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { isOnlyUntouched, outcomeOf, stoppedIn, whyNotDrawn } from './job-outcome.ts'

/** The number of pictures that the list shows of a job. */
export const maxListedPictures = 4

/** The name of a pair of pictures, so that a difference is used only for the pictures that were compared. */
export const pairOf = (before: ImageRef, after: ImageRef): string =>
  `${before.sha256.slice(0, 16)}-${after.sha256.slice(0, 16)}`

export function imageOf(picture: Picture | null): ImageRef | null {
  if (picture === null) return null
  const { sha256, type, size_bytes: bytes, width, height } = picture
  return { sha256, type, bytes, width, height }
}

export function imageOfCapture(capture: Capture): ImageRef | null {
  const { sha256, type, size_bytes: bytes, width, height, parse_error: error } = capture
  return sha256 === null || type === null || error !== null ? null : { sha256, type, bytes, width, height }
}

/** What is known about a job besides its record. */
export interface EntryFacts {
  queuePlace: number | null
  secretsKeptUntil: Date | null
}

/** A job's entry in the list. */
export function toEntry(record: JobRecord, { queuePlace, secretsKeptUntil }: EntryFacts): JobEntry {
  const { id, title, status, createdAt, startedAt, endedAt, renderer, config, counts, pictures, bytes, keep } = record
  const byTimes = startedAt && endedAt ? Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) : null
  const durationMs = record.durationMs ?? byTimes
  return {
    id,
    title,
    status,
    queuePlace,
    createdAt,
    startedAt,
    endedAt,
    durationMs,
    renderer,
    config: config.name,
    configPath: config.path,
    configEdited: config.edited,
    targetCount: record.targets.length,
    counts,
    onlyUntouched: record.onlyUntouched,
    faultCount: record.faultCount,
    pictures,
    bytes,
    keep,
    secretsKeptUntil: secretsKeptUntil?.toISOString() ?? null,
    canRerun: config.kind !== 'unknown' && record.targets.some(({ ratingKey }) => ratingKey !== null),
  }
}

export interface DetailInput {
  record: JobRecord
  facts: EntryFacts
  summary: ShownSummary | null
  state: JobState
  lastEventId: number
  folder: string
}

const told = (fault: ConfigFault | EmptySearch) => ({ library: fault.library, words: faultWords(fault) })

export function toDetail(input: DetailInput): JobDetail {
  const { record, summary, state } = input
  const phases = record.phases.length > 0 ? record.phases : state.phases
  return {
    ...toEntry(record, input.facts),
    targets: summary ? summaryTargets(record, summary) : liveTargets(record, state),
    extras: summary ? extrasOf(summary) : [],
    phases,
    stoppedIn: stoppedIn(record, summary, phases),
    problems: summary?.problems ?? [],
    warnings: summary?.warnings ?? [],
    faults: (summary?.config_faults ?? []).map(told),
    emptySearches: (summary?.empty_searches ?? []).map(told),
    problem: record.problem,
    kometa: summary?.kometa ?? null,
    lastEventId: input.lastEventId,
    folder: input.folder,
  }
}

/** The targets of a job with a summary, in the order in which the user chose them. */
export function summaryTargets(record: JobRecord, summary: ShownSummary): StudioTarget[] {
  const order = new Map(record.targets.map(({ id }, at) => [id, at]))
  const place = (id: string) => order.get(id) ?? summary.targets.length
  return summary.targets
    .toSorted((a, b) => place(a.id) - place(b.id))
    .map((target) => fromResult(target, record, summary))
}

function fromResult(target: TargetResult, record: JobRecord, summary: ShownSummary): StudioTarget {
  const before = imageOf(target.before)
  const after = imageOf(target.after)
  const known = record.differences[target.id]
  const difference = known && before && after && known.pictures === pairOf(before, after) ? known.share : null
  return {
    id: target.id,
    server: target.server,
    ratingKey: target.rating_key,
    title: target.title,
    type: target.type,
    library: target.library,
    outcome: outcomeOf(target, record, summary, before, after, difference),
    reason: target.reason ?? target.fault ?? null,
    notes: target.notes ?? [],
    realRun: target.real_run ?? null,
    logLines: target.log_lines,
    before,
    after,
    kind: target.kind,
    restore: target.restore,
    overlays: target.overlays_applied,
    leftOut: leftOutWords(target),
    facts: shownFactsSchema.parse(target),
    mayBeIncomplete: target.may_be_incomplete,
    mayDiffer: target.may_differ ?? [],
    dependsOnBlockedWrites: target.depends_on_blocked_writes,
    wouldAlso: labelChanges(summary, target),
    difference: before && before.sha256 === after?.sha256 ? 0 : difference,
  }
}

/** The labels that the blocked writes would have added or removed. */
function labelChanges(summary: ShownSummary, target: TargetResult): string[] {
  const changes = new Set<string>()
  const before = summary.labelsBefore.get(`${target.server} ${target.rating_key}`) ?? null
  for (const write of summary.blocked_write_attempts) {
    const labels = write.server === target.server ? labelWriteOf(write) : null
    if (target.rating_key === null || !labels?.ratingKeys.includes(target.rating_key)) continue
    for (const words of addedWords('label', labels.added, before)) changes.add(words)
    for (const label of labels.removed) changes.add(`− label ${label}`)
  }
  return [...changes]
}

/** The targets of a job without a summary, from its events. */
function liveTargets(record: JobRecord, state: JobState): StudioTarget[] {
  return record.targets.map((target) => {
    const told = state.targets.get(target.id)
    const captures = state.captures.filter(({ targetId }) => targetId === target.id)
    const best = afterPictureOf(captures)?.capture
    return {
      ...waitingTarget(target),
      ...told,
      after: best?.image ?? told?.after ?? null,
      ...(best ? { outcome: 'changed', reason: null } : whyNotDrawn(record)),
    }
  })
}

export function waitingTarget({
  id,
  server,
  ratingKey,
  title,
  type,
  library,
}: JobRecord['targets'][number]): StudioTarget {
  return {
    id,
    server,
    ratingKey,
    title,
    type,
    library,
    outcome: 'pending',
    reason: null,
    notes: [],
    realRun: null,
    logLines: [],
    before: null,
    after: null,
    kind: null,
    restore: false,
    overlays: [],
    leftOut: [],
    facts: { base_used: null },
    mayBeIncomplete: null,
    mayDiffer: [],
    dependsOnBlockedWrites: false,
    wouldAlso: [],
    difference: null,
  }
}

function extrasOf(summary: ShownSummary): JobDetail['extras'] {
  const byPath = new Map(summary.captured_uploads.map((capture) => [capture.saved_path, capture]))
  return summary.extras.map(({ rating_key: ratingKey, saved_path: path, reason }) => {
    const capture = path === null ? undefined : byPath.get(path)
    return { ratingKey, image: capture ? imageOfCapture(capture) : null, reason }
  })
}

/** What the list shows about a job with a summary. */
export function digestOf(
  record: JobRecord,
  summary: ShownSummary,
): Pick<JobRecord, 'counts' | 'onlyUntouched' | 'faultCount' | 'pictures'> {
  const targets = summaryTargets(record, summary)
  const count = (outcome: Outcome) => targets.filter((target) => target.outcome === outcome).length
  return {
    counts: {
      changed: count('changed'),
      unchanged: count('unchanged'),
      missing: count('missing'),
      incomplete: count('incomplete'),
      error: count('error'),
      extra: summary.extras.length,
      untouched: count('untouched'),
      cancelled: count('cancelled'),
    },
    onlyUntouched: isOnlyUntouched(summary),
    faultCount: summary.config_faults.length,
    pictures: targets.flatMap(({ after, before }) => after ?? before ?? []).slice(0, maxListedPictures),
  }
}

/** "Metropolis", "Metropolis and 5 more" */
export function titleOf(titles: readonly string[]): string {
  const [first = 'No target', ...more] = titles
  return more.length === 0 ? first : `${first} and ${more.length} more`
}
