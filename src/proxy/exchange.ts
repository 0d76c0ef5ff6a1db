import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestSummary, Verdict } from '../policy/verdict.ts'
import { microTimestamp } from './clock.ts'

/**
 * One request and its one verdict. Judging a request twice, or answering it before it was judged, is a bug and throws.
 */
export class Exchange {
  readonly seq: number
  readonly timestamp = microTimestamp()
  readonly startedAt = performance.now()
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly summary: RequestSummary
  #verdict: Verdict | undefined

  constructor(seq: number, req: IncomingMessage, res: ServerResponse, maxHeadersCount: number) {
    this.seq = seq
    this.req = req
    this.res = res
    this.summary = summarize(req, maxHeadersCount)
  }

  judge(decide: (summary: RequestSummary) => Verdict): Verdict {
    if (this.#verdict) throw new Error('a request was judged twice')
    this.#verdict = decide(this.summary)
    return this.#verdict
  }

  get verdict(): Verdict {
    if (!this.#verdict) throw new Error('a request was handled before it was judged')
    return this.#verdict
  }

  get judged(): boolean {
    return this.#verdict !== undefined
  }

  /** Sends a whole short answer, unless one has begun or the client is gone. */
  answer(status: number, contentType: string, body: string): void {
    const { res, req } = this
    if (res.headersSent || res.destroyed) return
    // The rest of an unread body must not be taken for the next request.
    if (this.summary.hasBody && !req.complete) res.shouldKeepAlive = false
    res.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) })
    res.end(body)
  }
}

/** What the policy sees of a request. */
function summarize(req: IncomingMessage, maxHeadersCount: number): RequestSummary {
  const { headers } = req
  const length = headers['content-length']
  const token = headers['x-plex-token']
  return {
    method: req.method ?? '',
    rawResource: req.url ?? '',
    httpVersion: req.httpVersion,
    hasBody: headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0'),
    hasUpgrade: headers.upgrade !== undefined,
    hasHost: headers.host !== undefined,
    tooManyHeaders: req.rawHeaders.length >= 2 * maxHeadersCount,
    tokenHeader: typeof token === 'string' || token === undefined ? token : token.join(','),
  }
}
