import type { Capture } from '../contract/records.ts'
import { ownResource } from '../policy/own-url.ts'
import type { Verdict } from '../policy/verdict.ts'
import { messageOf } from '../util/unknown-error.ts'
import { answerWrite } from './answer/answers.ts'
import type { CaptureStore, ReadOwnUrl, UploadDescription } from './capture/types.ts'
import { drainBody } from './connections/drain-body.ts'
import type { Exchange } from './exchange.ts'
import type { ExchangeRecords } from './ledger/exchange-records.ts'
import type { ProxyRecorder } from './ledger/proxy-recorder.ts'

type CaptureVerdict = Extract<Verdict, { kind: 'capture' }>
type BlockVerdict = Extract<Verdict, { kind: 'block' }>

export interface WriteOptions {
  captures: CaptureStore
  recorder: ProxyRecorder
  records: ExchangeRecords
  serverId: string
  plexUrl: string
  readOwnUrl: ReadOwnUrl
  /** The port that clients reach this proxy at. */
  port: () => number
  maxDrainBytes: number
}

export interface WriteHandlers {
  capture(exchange: Exchange, verdict: CaptureVerdict): Promise<void>
  block(exchange: Exchange, verdict: BlockVerdict): Promise<void>
}

/**
 * Answers writes as Plex does, without Plex: an upload after its image is durable (promise 3), any other write after
 * its body was read.
 */
export function createWriteHandlers(options: WriteOptions): WriteHandlers {
  const { captures, recorder, records, serverId, maxDrainBytes } = options

  async function keep(exchange: Exchange, verdict: CaptureVerdict): Promise<Capture> {
    const { req, seq, timestamp, summary } = exchange
    const upload: UploadDescription = {
      seq,
      timestamp,
      server: serverId,
      method: summary.method,
      ...records.describe(exchange),
      ratingKey: verdict.ratingKey,
      kind: verdict.artwork,
    }
    if (verdict.url !== null) {
      const own = ownResource(verdict.url, verdict.ratingKey, options.port(), options.plexUrl)
      if (own === null) return captures.keepUrl(upload, verdict.url, null)
      return captures.keepUrl(upload, `http://127.0.0.1:${options.port()}${own}`, options.readOwnUrl)
    }
    // The bytes stay with the sender until the upload has its turn: the store resumes the socket when it begins to
    // read.
    req.socket.pause()
    const contentType = req.headers['content-type']
    return captures.keepBody(upload, { stream: req, contentType, contentLength: statedLength(exchange) })
  }

  return {
    async capture(exchange, verdict) {
      let capture: Capture
      try {
        capture = await keep(exchange, verdict)
      } catch (error) {
        // Nothing is durable: a success now would lose the image. The 507 says why in the client's log.
        const reason = `the upload could not be kept: ${messageOf(error)}`
        const answer = { status: 507, reason }
        records.blocked(exchange, { ...verdict, bytes: statedLength(exchange) ?? 0 }, answer)
        records.refused(exchange, { ...answer, outcome: 'failed', alsoBlocked: true })
        exchange.answer(507, 'text/plain; charset=utf-8', reason)
        return
      }
      const stated = exchange.req.complete ? statedLength(exchange) : undefined
      const bytes = verdict.url === null ? (stated ?? capture.size_bytes) : 0
      records.blocked(exchange, { ...verdict, bytes }, { status: 200, reason: capture.parse_error ?? verdict.reason })
      // A retried identical upload is the capture of its first attempt, counted there.
      if (capture.seq === exchange.seq) recorder.captured(capture)
      const rest = verdict.url === null ? await drainBody(exchange.req, maxDrainBytes) : undefined
      if (rest?.outcome === 'excess') answerExcess(exchange, records, maxDrainBytes)
      else answerSuccess(exchange)
    },
    async block(exchange, verdict) {
      const { bytes, outcome } = exchange.summary.hasBody
        ? await drainBody(exchange.req, maxDrainBytes)
        : ({ bytes: 0, outcome: 'whole' } as const)
      records.blocked(exchange, { ...verdict, bytes }, { status: 200, reason: verdict.reason })
      if (outcome === 'excess') answerExcess(exchange, records, maxDrainBytes)
      else answerSuccess(exchange)
    },
  }
}

function answerSuccess(exchange: Exchange): void {
  const { req, summary, verdict } = exchange
  const { status, contentType, body } = answerWrite(summary.method, verdict.resource, req.headers.accept)
  exchange.answer(status, contentType, body)
}

function answerExcess(exchange: Exchange, records: ExchangeRecords, maxBytes: number): void {
  const reason = `the body is larger than ${maxBytes} bytes`
  records.refused(exchange, { status: 413, reason, outcome: 'refused' })
  exchange.answer(413, 'text/plain; charset=utf-8', reason)
}

/** The Content-Length of a request; undefined when it is chunked. */
function statedLength({ req }: Exchange): number | undefined {
  const length = req.headers['content-length']
  return length === undefined ? undefined : Number(length)
}
