import type { ArtworkKind } from '../../contract/artwork-kinds.ts'
import type { AllowedRead } from '../../policy/classify-read.ts'
import { queryOf, type Resource, splitResource } from '../../policy/resource.ts'
import { ratingKeyOf, ratingKeysOf, sectionOf } from '../../policy/upload-path.ts'
import type { Exchange } from '../exchange.ts'
import type { ForwardedRead, ProxyRecorder } from './proxy-recorder.ts'

interface Refused {
  status: number
  reason: string
  /** refused = the policy said no; failed = Plex or this program could not do it. */
  outcome: 'refused' | 'failed'
  /** The same request is recorded as a blocked write too. */
  alsoBlocked?: true
  /** For a read that was let through and failed: whether Plex or our memory was to answer it. */
  passed?: 'forward' | 'answer'
}

type ForwardedAnswer = Pick<ForwardedRead, 'status' | 'bytes' | 'fromHere' | 'closeDelimited'>

/** Writes records of exchanges, without tokens. */
export interface ExchangeRecords {
  forwarded(exchange: Exchange, read: AllowedRead, answer: ForwardedAnswer): void
  refused(exchange: Exchange, refused: Refused): void
  /** What never became a request: CONNECT, an upgrade, or bytes that are not HTTP. */
  refusedRaw(method: string, rawResource: string, refused: Refused): void
  blocked(
    exchange: Exchange,
    write: { ratingKey: string | null; artwork: ArtworkKind | null; bytes: number },
    answer: { status: number; reason: string },
  ): void
  /** Path and query of a request as they may be written down. */
  describe(exchange: Exchange): { path: string; query: string }
}

/** Longest path or query that a record repeats, in characters. */
const maxRecordedChars = 8_192

export function createExchangeRecords(
  recorder: ProxyRecorder,
  server: string,
  clientToken: string,
  now: () => string,
): ExchangeRecords {
  const clean = (text: string) => {
    const short = text.length > maxRecordedChars ? `${text.slice(0, maxRecordedChars)}...` : text
    const hidden = short.includes(clientToken) ? short.replaceAll(clientToken, 'token') : short
    if (!/token/i.test(hidden)) return hidden
    // The token may also be in the `url=` of an upload, percent-encoded as often as `decodeFully` decodes.
    return hidden.replace(/(X-Plex-Token(?:=|%(?:25){0,3}3D))[^&%]*/gi, '$1')
  }
  const elapsed = ({ startedAt }: Exchange) => Math.round((performance.now() - startedAt) * 1_000) / 1_000
  const targetOf = (exchange: Exchange): Resource =>
    exchange.judged ? exchange.verdict.resource : splitResource(exchange.summary.rawResource)
  const describe = (target: Resource) => ({ path: clean(target.path), query: clean(queryOf(target)) })

  return {
    describe: (exchange) => describe(targetOf(exchange)),
    forwarded({ seq, timestamp, startedAt, summary }, { resource: target, template }, answer) {
      const durationMs = performance.now() - startedAt
      const { method } = summary
      recorder.forwarded({ seq, timestamp, server, method, target: clean(target), template, durationMs, ...answer })
    },
    refused(exchange, { status, reason: asFound, outcome, alsoBlocked, passed }) {
      const reason = clean(asFound)
      const durationMs = elapsed(exchange)
      const target = targetOf(exchange)
      const { seq, timestamp, summary } = exchange
      const place = { ...describe(target), section: sectionOf(target.path), rating_key: ratingKeyOf(target) }
      recorder.refused(
        { seq, timestamp, server, method: summary.method, ...place, status, reason, outcome },
        alsoBlocked ? null : { status, reason, durationMs, passed },
      )
    },
    refusedRaw(method, rawResource, { status, reason: asFound, outcome }) {
      const reason = clean(asFound)
      const target = splitResource(rawResource)
      const seq = recorder.nextSeq()
      const place = { ...describe(target), section: sectionOf(target.path), rating_key: ratingKeyOf(target) }
      const read = { seq, timestamp: now(), server, method, ...place, status, reason, outcome }
      try {
        recorder.refused(read, { status, reason, durationMs: 0 })
      } catch {
        // The disk is full. The bytes went nowhere, and no client waits for an answer that could report it.
      }
    },
    blocked(exchange, { ratingKey: rating_key, artwork: kind, bytes: content_length }, { status, reason }) {
      const { seq, timestamp, summary } = exchange
      const target = targetOf(exchange)
      const several = rating_key === null ? ratingKeysOf(target) : []
      const items = several.length > 0 ? { rating_key, rating_keys: several } : { rating_key }
      recorder.blocked(
        { seq, timestamp, server, method: summary.method, ...describe(target), ...items, kind, content_length },
        { status, reason: clean(reason), durationMs: elapsed(exchange) },
      )
    },
  }
}
