import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { withoutHeaders } from '../plex/upstream/upstream-headers.ts'
import { decide, type PolicyContext, sectionBefore, type Verdict } from '../policy/verdict.ts'
import { messageOf } from '../util/unknown-error.ts'
import type { PlexKnowledge } from './answer/plex-knowledge.ts'
import type { ReadHandler } from './answer/read-handler.ts'
import { ClientReply } from './answer/reply.ts'
import { drainBody } from './connections/drain-body.ts'
import { Exchange } from './exchange.ts'
import type { WriteHandlers } from './handle-write.ts'
import type { ExchangeRecords } from './ledger/exchange-records.ts'
import type { ProxyRecorder } from './ledger/proxy-recorder.ts'

export interface HandleOptions {
  context: PolicyContext
  knowledge: Pick<PlexKnowledge, 'learnSection'>
  records: ExchangeRecords
  recorder: Pick<ProxyRecorder, 'nextSeq'>
  read: ReadHandler
  write: WriteHandlers
  maxHeadersCount: number
  maxDrainBytes: number
}

const textType = 'text/plain; charset=utf-8'

/** The record of a request says that its client broke off; the stream's own error adds nothing. */
const ignore = () => {}
/** Two readers may disagree on where a refused body ends, so that no request behind it is answered. */
const behindRefusedBody = 'it stands behind a body that was refused: the connection ends there'

const ourFailure = (error: unknown) => `the proxy failed: ${messageOf(error)}`

/**
 * Takes one request from its head to its answer: one exchange, one verdict, one record. A failure of this program on
 * the way ends in a 5xx and a record, never in a request to Plex.
 */
export function createRequestHandler(options: HandleOptions) {
  const { context, knowledge, records, recorder, maxHeadersCount } = options
  const ended = new WeakSet<Socket>()

  const failed = (exchange: Exchange, error: unknown) => answerFailure(records, exchange, error)

  function refuse(exchange: Exchange, status: number, reason: string, expectsContinue: boolean): void {
    records.refused(exchange, { status, reason, outcome: 'refused' })
    if (!exchange.summary.hasBody || expectsContinue) {
      exchange.answer(status, textType, reason)
      return
    }
    // An answer that is sent before the body was read is often lost in the reset that follows.
    exchange.res.shouldKeepAlive = false
    ended.add(exchange.req.socket)
    drainBody(exchange.req, options.maxDrainBytes)
      .then(() => exchange.answer(status, textType, reason))
      .catch((error: unknown) => failed(exchange, error))
  }

  function act(exchange: Exchange, verdict: Verdict, expectsContinue: boolean): void {
    if (verdict.kind === 'refuse') refuse(exchange, verdict.status, verdict.reason, expectsContinue)
    else if (verdict.kind === 'forward') forward(options, exchange, verdict)
    else {
      if (expectsContinue) exchange.res.writeContinue()
      const { write } = options
      const done = verdict.kind === 'capture' ? write.capture(exchange, verdict) : write.block(exchange, verdict)
      done.catch((error: unknown) => failed(exchange, error))
    }
  }

  function judgeAndAct(exchange: Exchange, expectsContinue: boolean): void {
    try {
      act(
        exchange,
        exchange.judge((summary) => decide(summary, context)),
        expectsContinue,
      )
    } catch (error) {
      failed(exchange, error)
    }
  }

  function learnFirst(exchange: Exchange, section: string, expectsContinue: boolean): void {
    knowledge.learnSection(section).then(
      () => judgeAndAct(exchange, expectsContinue),
      (error: unknown) => {
        const why = messageOf(error)
        const reason = `the search fields of section ${section} could not be read from Plex: ${why}`
        records.refused(exchange, { status: 502, reason, outcome: 'failed' })
        exchange.answer(502, textType, reason)
      },
    )
  }

  return (req: IncomingMessage, res: ServerResponse, expectsContinue = false): void => {
    res.on('error', ignore)
    let exchange: Exchange | undefined
    try {
      exchange = new Exchange(recorder.nextSeq(), req, res, maxHeadersCount)
      if (ended.has(req.socket)) {
        records.refused(exchange, { status: 0, reason: behindRefusedBody, outcome: 'refused' })
        return
      }
      const section = sectionBefore(exchange.summary, context)
      if (section === null) judgeAndAct(exchange, expectsContinue)
      else learnFirst(exchange, section, expectsContinue)
    } catch (error) {
      if (exchange) failed(exchange, error)
      else res.writeHead(500, { 'Content-Length': 0, Connection: 'close' }).end()
    }
  }
}

/** Whatever else is broken, no answer that began may look whole, and no socket may hang. */
function answerFailure(records: ExchangeRecords, exchange: Exchange, error: unknown): void {
  const reason = ourFailure(error)
  try {
    records.refused(exchange, { status: 500, reason, outcome: 'failed' })
  } catch {
    // The disk is full and the ledger takes no line: the client hears of the failure now, and the job hears of it when
    // it ends.
  }
  if (exchange.res.headersSent) exchange.res.destroy()
  else exchange.answer(500, textType, reason)
}

function forward(
  { context, records, read: handle }: HandleOptions,
  exchange: Exchange,
  { read }: Extract<Verdict, { kind: 'forward' }>,
): void {
  const method = exchange.summary.method === 'HEAD' ? 'HEAD' : 'GET'
  const reply = new ClientReply(exchange, read, records)
  try {
    const { headers: given } = exchange.req
    // The job's token is a secret of this machine: Plex gets its own token, and the job's token in no other header
    // either.
    const headers = context.holdsToken ? withoutHeaders(given, context.holdsToken) : given
    handle({ method, read, headers }, reply)
  } catch (error) {
    reply.fail(500, ourFailure(error))
  }
}
