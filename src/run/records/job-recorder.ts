import type { BlockedWrite, Capture, RefusedRead } from '../../contract/records.ts'
import { recognizeRead } from '../../policy/recognize-read.ts'
import type { Ledger } from '../../proxy/ledger/ledger.ts'
import type { ForwardedRead, ProxyRecorder } from '../../proxy/ledger/proxy-recorder.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { Redactor } from '../../util/redact.ts'

/** The longest list in memory and in the summary. Beyond it, records are only counted, and the log has the rest. */
export const maxRecords = 50_000

export interface JobRecords {
  blocked: BlockedWrite[]
  captured: Capture[]
  refused: RefusedRead[]
  /** Reads that went to Plex, both Kometa's and ours, and the bytes of their answers. */
  forwardedCount: number
  forwardedBytes: number
  /** Reads of Kometa that were answered without asking Plex. */
  answeredCount: number
  /** Records that did not fit into the lists. */
  dropped: number
}

/** Which of an item's images Kometa read: its shown thumb, or one of its posters as a file. */
export interface ImageReads {
  thumb: boolean
  file: boolean
}

/** Something that Kometa did, told at once: its log may tell it later. */
export type KometaActivity = { type: 'read'; target: string } | { type: 'capture'; capture: Capture }

export interface JobRecorder extends ProxyRecorder {
  readonly records: JobRecords
  /** `<server> <ratingKey>` -> which of its pictures were read; this tells from which picture Kometa drew. */
  readonly imageReads: ReadonlyMap<string, ImageReads>
  /** Calls the listener with every write that Kometa believes it made. */
  onWrite(listener: (write: BlockedWrite) => void): void
  /** Calls the listener with every read and every upload of Kometa, until the function that it returns is called. */
  onActivity(listener: (activity: KometaActivity) => void): () => void
}

export interface JobRecorderOptions {
  log: JobLog
  ledger: Ledger
  /** A client may put any secret that it knows into a path or a query; no record keeps it. */
  redactor: Redactor
  onCapture?: (capture: Capture) => void
}

/** What the parts of a recorder share. */
interface Recording extends JobRecorderOptions {
  records: JobRecords
  imageReads: Map<string, ImageReads>
  writeListeners: Set<(write: BlockedWrite) => void>
  activityListeners: Set<(activity: KometaActivity) => void>
}

/** Writes every verdict of a job's proxies, scrubbed, into lists, log lines and the ledger. */
export function createJobRecorder(options: JobRecorderOptions): JobRecorder {
  const recording: Recording = {
    ...options,
    records: {
      ...{ blocked: [], captured: [], refused: [] },
      ...{ forwardedCount: 0, forwardedBytes: 0, answeredCount: 0, dropped: 0 },
    },
    imageReads: new Map(),
    writeListeners: new Set(),
    activityListeners: new Set(),
  }
  const { records, imageReads, writeListeners, activityListeners } = recording
  let seq = 0
  return {
    records,
    imageReads,
    onWrite: (listener) => {
      writeListeners.add(listener)
    },
    onActivity: (listener) => {
      activityListeners.add(listener)
      return () => activityListeners.delete(listener)
    },
    nextSeq: () => {
      seq += 1
      return seq
    },
    blocked: (write, answer) => recordBlocked(recording, write, answer),
    captured: (capture) => recordCaptured(recording, capture),
    refused: (read, answer) => recordRefused(recording, read, answer),
    forwarded: (read) => recordForwarded(recording, read),
  }
}

function keep<T>(records: JobRecords, list: T[], record: T): void {
  if (list.length < maxRecords) list.push(record)
  else records.dropped += 1
}

function tell({ activityListeners }: Recording, activity: KometaActivity): void {
  for (const listener of activityListeners) listener(activity)
}

function recordBlocked(recording: Recording, ...[asSent, answer]: Parameters<JobRecorder['blocked']>): void {
  const { records, writeListeners, ledger, log, redactor } = recording
  const write = scrub(asSent, redactor)
  keep(records, records.blocked, write)
  for (const listener of writeListeners) listener(asSent)
  ledger.append({
    ...place(write),
    verdict: expectsCapture(write) ? 'capture' : 'block',
    reason: redactor.text(answer.reason),
    status: answer.status,
    bytes: write.content_length,
    durationMs: answer.durationMs,
  })
  // An upload with an image in it is logged with its capture.
  if (!expectsCapture(write)) log.warning(`BLOCKED_WRITE (no image): ${describeWrite(write)}`)
}

function recordCaptured(recording: Recording, ...[asSent]: Parameters<JobRecorder['captured']>): void {
  const { records, log, redactor, onCapture } = recording
  const capture = scrub(asSent, redactor)
  // A retry comes with the record of the first attempt and a higher number of attempts.
  const earlier = records.captured.findLastIndex((one) => one.seq === capture.seq)
  if (earlier >= 0) records.captured[earlier] = capture
  else keep(records, records.captured, capture)
  const { kind, size_bytes: bytes, saved_path: saved } = capture
  const key = capture.rating_key ?? 'unknown'
  if (capture.parse_error === null) {
    log.warning(`BLOCKED_WRITE: ${describeWrite(capture)}`)
    log.info(`CAPTURED_UPLOAD ratingKey=${key} kind=${kind ?? 'unknown'} bytes=${bytes} saved=${saved}`)
  } else {
    log.warning(`BLOCKED_WRITE (no image): ${describeWrite(capture)}`)
    log.error(`PARSE_ERROR ratingKey=${key} saved=${saved ?? 'nothing'}: ${capture.parse_error}`)
  }
  onCapture?.(capture)
  tell(recording, { type: 'capture', capture })
}

function recordRefused(recording: Recording, ...[asSent, answered]: Parameters<JobRecorder['refused']>): void {
  const { records, ledger, log, redactor } = recording
  const read = scrub(asSent, redactor)
  keep(records, records.refused, read)
  const { reason, status } = read
  if (answered) {
    const { durationMs, passed } = answered
    if (passed === 'forward') records.forwardedCount += 1
    else if (passed === 'answer') records.answeredCount += 1
    const failed = read.outcome === 'failed' ? { outcome: 'failed' as const } : {}
    ledger.append({ ...place(read), verdict: passed ?? 'refuse', reason, status, bytes: 0, durationMs, ...failed })
  }
  const target = read.query === '' ? read.path : `${read.path}?${read.query}`
  const word = read.outcome === 'refused' ? 'REFUSED' : 'READ_FAILED'
  log.warning(`${word}: ${read.method} ${target} status=${read.status}: ${read.reason}`)
}

function recordForwarded(recording: Recording, read: ForwardedRead): void {
  const { records, imageReads, ledger, redactor } = recording
  if (read.fromHere) records.answeredCount += 1
  else {
    records.forwardedCount += 1
    records.forwardedBytes += read.bytes
  }
  if (!read.ours) {
    noteImage(imageReads, read)
    tell(recording, { type: 'read', target: read.target })
  }
  ledger.append({
    time: read.timestamp,
    source: 'proxy',
    server: read.server,
    method: read.method,
    // Only the target repeats what a client sent; all else in a forwarded read is ours.
    target: redactor.text(read.target),
    verdict: read.fromHere ? 'answer' : 'forward',
    reason: read.template,
    status: read.status,
    bytes: read.bytes,
    durationMs: read.durationMs,
    ...(read.closeDelimited ? { end: 'close-delimited' as const } : {}),
  })
}

/** Fields of a record that may repeat what a client sent. */
const clientTexts = ['path', 'query', 'target', 'reason', 'source_url', 'parse_error'] as const

/** The record without secrets. */
export function scrub<T extends object>(record: T, redactor: Redactor): T {
  const clean: T & Partial<Record<(typeof clientTexts)[number], unknown>> = { ...record }
  for (const name of clientTexts) {
    const text = clean[name]
    if (typeof text === 'string') Object.assign(clean, { [name]: redactor.text(text) })
  }
  return clean
}

function noteImage(imageReads: Map<string, ImageReads>, { server, target }: ForwardedRead): void {
  const read = recognizeRead(target)
  if (read?.row.answer !== 'picture' || read.row.kept !== 'items') return
  const [ratingKey] = read.ratingKeys
  const isThumb = read.element === 'thumb'
  // Of an item's other artwork nothing is noted; a picture without an element is one of the list, asked for by its URL.
  if (ratingKey === undefined || (read.element !== undefined && !isThumb) || imageReads.size > maxRecords) return
  const key = `${server} ${ratingKey}`
  const known = imageReads.get(key) ?? { thumb: false, file: false }
  imageReads.set(key, isThumb ? { ...known, thumb: true } : { ...known, file: true })
}

function place({ timestamp, server, method, path, query }: BlockedWrite | RefusedRead) {
  const target = query === '' ? path : `${path}?${query}`
  return { time: timestamp, source: 'proxy' as const, server, method, target }
}

function expectsCapture(write: BlockedWrite): boolean {
  return write.kind !== null && (write.content_length > 0 || /(^|&)url=/.test(write.query))
}

function describeWrite(write: Pick<BlockedWrite, 'method' | 'path' | 'rating_key' | 'rating_keys'>): string {
  const key = write.rating_key ?? write.rating_keys?.join(',')
  return `${write.method} ${write.path}${key === undefined ? '' : ` ratingKey=${key}`}`
}
