import type { BlockedWrite, Capture, RefusedRead } from '../../contract/records.ts'
import { recognizeRead } from '../../policy/recognize-read.ts'
import type { Ledger } from '../../proxy/ledger/ledger.ts'
import type { ForwardedRead, ProxyRecorder } from '../../proxy/ledger/proxy-recorder.ts'
import type { JobLog } from '../../util/job-log.ts'
import type { Redactor } from '../../util/redact.ts'

/** Lists kept in memory and in the summary are bounded; past the limit only the count grows and the log has the rest. */
export const maxRecords = 50_000

export interface JobRecords {
  blocked: BlockedWrite[]
  captured: Capture[]
  refused: RefusedRead[]
  /** Reads that went to Plex, Kometa's and ours, and the bytes of their answers. */
  forwardedCount: number
  forwardedBytes: number
  /** Reads of Kometa that were answered from here, without Plex. */
  answeredCount: number
  /** Records that no longer fit into the lists. */
  dropped: number
}

/** Which of an item's images Kometa read: its shown thumb, or one of its posters as a file. */
export interface ImageReads {
  thumb: boolean
  file: boolean
}

/** Something that Kometa did, at the moment when it did it: its log may tell later. */
export type KometaActivity = { type: 'read'; target: string } | { type: 'capture'; capture: Capture }

export interface JobRecorder extends ProxyRecorder {
  readonly records: JobRecords
  /** `<server> <ratingKey>` -> what was read; tells from which picture Kometa drew. */
  readonly imageReads: ReadonlyMap<string, ImageReads>
  /** Called with every write that Kometa believes it made. */
  onWrite(listener: (write: BlockedWrite) => void): void
  /** Called with every read and every upload of Kometa; answers with what ends that. */
  onActivity(listener: (activity: KometaActivity) => void): () => void
}

export interface JobRecorderOptions {
  log: JobLog
  ledger: Ledger
  /** A client may put any secret that it knows into a path or a query: none of them gets into a record. */
  redactor: Redactor
  onCapture?: (capture: Capture) => void
}

/** Writes every verdict of a job's proxies, scrubbed, into lists, log lines and the ledger. */
export function createJobRecorder({ log, ledger, redactor, onCapture }: JobRecorderOptions): JobRecorder {
  const records: JobRecords = {
    blocked: [],
    captured: [],
    refused: [],
    forwardedCount: 0,
    forwardedBytes: 0,
    answeredCount: 0,
    dropped: 0,
  }
  const imageReads = new Map<string, ImageReads>()
  const writeListeners: ((write: BlockedWrite) => void)[] = []
  const activityListeners = new Set<(activity: KometaActivity) => void>()
  const tell = (activity: KometaActivity) => {
    for (const listener of activityListeners) listener(activity)
  }
  let seq = 0
  const keep = <T>(list: T[], record: T) => {
    if (list.length < maxRecords) list.push(record)
    else records.dropped += 1
  }
  return {
    records,
    imageReads,
    onWrite: (listener) => {
      writeListeners.push(listener)
    },
    onActivity: (listener) => {
      activityListeners.add(listener)
      return () => activityListeners.delete(listener)
    },
    nextSeq: () => {
      seq += 1
      return seq
    },
    blocked(asSent, { status, reason, durationMs }) {
      const write = scrub(asSent, redactor)
      keep(records.blocked, write)
      for (const listener of writeListeners) listener(asSent)
      ledger.append({
        ...place(write),
        verdict: expectsCapture(write) ? 'capture' : 'block',
        reason: redactor.text(reason),
        status,
        bytes: write.content_length,
        durationMs,
      })
      // An upload with something in it is logged with its capture.
      if (!expectsCapture(write)) log.warning(`BLOCKED_WRITE (no image): ${describeWrite(write)}`)
    },
    captured(asSent) {
      const capture = scrub(asSent, redactor)
      // A retry comes with the record of the first attempt, its `attempts` raised.
      const earlier = records.captured.findLastIndex((one) => one.seq === capture.seq)
      if (earlier >= 0) records.captured[earlier] = capture
      else keep(records.captured, capture)
      const key = capture.rating_key ?? 'unknown'
      if (capture.parse_error === null) {
        log.warning(`BLOCKED_WRITE: ${describeWrite(capture)}`)
        log.info(
          `CAPTURED_UPLOAD ratingKey=${key} kind=${capture.kind ?? 'unknown'} bytes=${capture.size_bytes} saved=${capture.saved_path}`,
        )
      } else {
        log.warning(`BLOCKED_WRITE (no image): ${describeWrite(capture)}`)
        log.error(`PARSE_ERROR ratingKey=${key} saved=${capture.saved_path ?? 'nothing'}: ${capture.parse_error}`)
      }
      onCapture?.(capture)
      tell({ type: 'capture', capture })
    },
    refused(asSent, answered) {
      const read = scrub(asSent, redactor)
      keep(records.refused, read)
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
    },
    forwarded(read: ForwardedRead) {
      if (read.fromHere) records.answeredCount += 1
      else {
        records.forwardedCount += 1
        records.forwardedBytes += read.bytes
      }
      if (!read.ours) {
        noteImage(imageReads, read)
        tell({ type: 'read', target: read.target })
      }
      ledger.append({
        time: read.timestamp,
        source: 'proxy',
        server: read.server,
        method: read.method,
        // All else is ours: the target alone repeats what a client sent.
        target: redactor.text(read.target),
        verdict: read.fromHere ? 'answer' : 'forward',
        reason: read.template,
        status: read.status,
        bytes: read.bytes,
        durationMs: read.durationMs,
        ...(read.closeDelimited ? { end: 'close-delimited' as const } : {}),
      })
    },
  }
}

/** Fields of a record that repeat what a client sent, or what stands behind it. */
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
