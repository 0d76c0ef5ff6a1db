import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { messageOf } from '../../util/unknown-error.ts'
import type { ReadHandler, ReadReply } from '../answer/read-handler.ts'
import type { ScopedAnswer, ScopedListing } from './answer-listing.ts'
import type { ListingHeaders } from './ask-listing.ts'
import { composeAnswer } from './scan/container-text.ts'
import type { Scope } from './scope.ts'
import type { ListingPage } from './scope-rules.ts'

/** After this time without an answer, the client gets the start of one: plexapi's read time-out is 30 s or more. */
const keepAliveMs = 5_000
const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>'
/** Headers of Plex's answer that stay correct; headers about its bytes and connection do not. */
const keptNames = ['content-type', 'cache-control', 'x-plex-protocol'] as const
const forwarded = ['accept', 'accept-language', 'x-plex-language'] as const

/** Answers the listings to which the scope applies and passes every other read to `next`. */
export function createScopedReads(
  scope: Scope,
  next: ReadHandler,
  options: { keepAliveMs?: number } = {},
): ReadHandler {
  const beatMs = options.keepAliveMs ?? keepAliveMs
  return (proxyRead, reply) => {
    const query = scope.classify(proxyRead.read, proxyRead.headers)
    if (query === null) {
      next(proxyRead, reply)
      return
    }
    // The scope asks Plex and records its own requests.
    reply.fromHere()
    const headers = headersOf(proxyRead.headers)
    if (/json/i.test(headers.accept ?? '')) {
      reply.fail(406, noJson)
      return
    }
    const head = proxyRead.method === 'HEAD'
    const beat = head ? null : startBeat(reply, beatMs)
    scope.answer(query, headers).then(
      (answer) => {
        beat?.stop()
        sendAnswer(reply, answer, query.page, { head, begun: beat?.begun() ?? false })
      },
      (error: unknown) => {
        beat?.stop()
        reply.fail(502, messageOf(error))
      },
    )
  }
}

/**
 * python-plexapi and Kometa ask Plex only for XML. A listing that cannot be shortened to the scope must not be sent.
 */
const noJson =
  'this listing is shortened to the targets, and that is done in XML alone: ask without application/json in Accept, ' +
  'or set preview.scope to off'

/** Keeps the client's read from timing out by sending white space, which XML allows before the root element. */
function startBeat(reply: ReadReply, everyMs: number): { stop(): void; begun(): boolean } {
  let begun = false
  let timer: NodeJS.Timeout | null = setInterval(() => {
    if (!begun) {
      begun = true
      reply.begin(200, { 'Content-Type': 'text/xml;charset=utf-8', 'Cache-Control': 'no-cache' })
      // XML allows nothing before its declaration, so the declaration is sent first.
      reply.write(Buffer.from(xmlDeclaration))
    }
    reply.write(Buffer.from('\n'))
  }, everyMs)
  const stop = (): void => {
    if (timer !== null) clearInterval(timer)
    timer = null
  }
  reply.whenGone(stop)
  return { stop, begun: () => begun }
}

interface Sent {
  /** The client asked only for the head. */
  head: boolean
  /** The start of an XML answer was already sent while the client waited. */
  begun: boolean
}

function sendAnswer(reply: ReadReply, answer: ScopedAnswer, page: ListingPage | null, sent: Sent): void {
  if (answer.ok) {
    sendListing(reply, answer.listing, page, sent)
    return
  }
  const { head, body } = answer.answer
  if (sent.begun || (head.status >= 300 && head.status < 400)) {
    reply.fail(502, `Plex answered ${head.status} to a listing`)
    return
  }
  reply.begin(head.status, { ...keptHeaders(head.headers), 'content-length': body.length })
  if (!sent.head) reply.write(body)
  reply.end()
}

function sendListing(reply: ReadReply, listing: ScopedListing, page: ListingPage | null, sent: Sent): void {
  const { container, elements, head } = listing
  const offset = page?.start ?? 0
  const shown = elements.slice(offset, page?.size == null ? undefined : offset + page.size)
  const counts = { size: shown.length, totalSize: elements.length, offset }
  const bytes = shown.map((element) => element.bytes)
  const body = composeAnswer(container, bytes, counts)
  if (!sent.begun) {
    reply.begin(200, { ...countedHeaders(head.headers, counts), 'content-length': body.length })
    if (!sent.head) reply.write(body)
    reply.end()
  } else {
    // The declaration was already sent, so only the rest follows.
    reply.write(body.subarray(container.prolog.length))
    reply.end()
  }
}

function headersOf(headers: IncomingHttpHeaders): ListingHeaders {
  const kept: Record<string, string> = {}
  for (const name of forwarded) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  return kept
}

function keptHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const kept: Record<string, string | string[]> = {}
  for (const name of keptNames) {
    const value = headers[name]
    if (value !== undefined) kept[name] = value
  }
  return kept
}

/** Plex repeats its paging in headers; plexapi ignores them, but other clients may read them. */
function countedHeaders(
  headers: IncomingHttpHeaders,
  counts: { totalSize: number; offset: number },
): OutgoingHttpHeaders {
  const kept = keptHeaders(headers)
  if (headers['x-plex-container-total-size'] !== undefined)
    kept['x-plex-container-total-size'] = String(counts.totalSize)
  if (headers['x-plex-container-start'] !== undefined) kept['x-plex-container-start'] = String(counts.offset)
  return kept
}
