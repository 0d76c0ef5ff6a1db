import type { OutgoingHttpHeaders } from 'node:http'
import type { AllowedRead } from '../../policy/classify-read.ts'
import { cutAnswer } from '../../util/net/cut.ts'
import type { Exchange } from '../exchange.ts'
import type { ExchangeRecords } from '../ledger/exchange-records.ts'
import type { ReadReply } from './read-handler.ts'

/** A whole answer up to this size goes out in one call, with its head. */
const maxOneWriteBytes = 64 * 1024

/** The answer to one read on its way to the client, and its record. */
export class ClientReply implements ReadReply {
  readonly #exchange: Exchange
  readonly #read: AllowedRead
  readonly #records: ExchangeRecords
  #status = 0
  #bytes = 0
  /** The head of a short answer, held until the body is there. */
  #headers: OutgoingHttpHeaders | undefined
  /** The body of a short answer, once it is complete. */
  #body: Buffer | undefined
  #done = false
  #fromHere = false
  #stop: (() => void) | undefined

  constructor(exchange: Exchange, read: AllowedRead, records: ExchangeRecords) {
    this.#exchange = exchange
    this.#read = read
    this.#records = records
    exchange.res.once('close', () => this.#closed())
  }

  begin(status: number, headers: OutgoingHttpHeaders): void {
    if (this.#done) return
    this.#status = status
    if (Number(headers['content-length']) <= maxOneWriteBytes) this.#headers = headers
    else this.#exchange.res.writeHead(status, headers)
  }

  fromHere(): void {
    this.#fromHere = true
  }

  write(chunk: Buffer): boolean {
    if (this.#done) return true
    this.#bytes += chunk.length
    if (this.#headers && this.#body === undefined && chunk.length === Number(this.#headers['content-length'])) {
      this.#body = chunk
      return true
    }
    this.#sendHeld()
    return this.#exchange.res.write(chunk)
  }

  end(closeDelimited = false): void {
    if (this.#done) return
    this.#done = true
    const status = this.#status
    // A 404 of Plex is an answer: Plex does not have the resource. After any other error the client did not get what
    // it asked for.
    if (status >= 400 && status !== 404) {
      this.#failed(status, `Plex answered ${status}`)
    } else {
      const answer = { status, bytes: this.#bytes, fromHere: this.#fromHere, closeDelimited }
      this.#records.forwarded(this.#exchange, this.#read, answer)
    }
    const { res } = this.#exchange
    // Written as latin1 text, head and body go out as one string instead of two pieces.
    if (this.#headers && this.#body) res.writeHead(status, this.#headers).end(this.#body.toString('latin1'), 'latin1')
    else {
      this.#sendHeld()
      res.end()
    }
  }

  fail(status: number, reason: string): void {
    if (this.#done) return
    this.#done = true
    const { res } = this.#exchange
    const begun = res.headersSent
    this.#failed(begun ? this.#status : status, reason)
    if (begun) cutAnswer(res)
    else this.#exchange.answer(status, 'text/plain; charset=utf-8', reason)
  }

  #sendHeld(): void {
    const headers = this.#headers
    this.#headers = undefined
    if (headers) this.#exchange.res.writeHead(this.#status, headers)
    if (this.#body) this.#exchange.res.write(this.#body)
    this.#body = undefined
  }

  whenDrained(resume: () => void): void {
    this.#exchange.res.on('drain', resume)
  }

  whenGone(stop: () => void): void {
    this.#stop = stop
  }

  #closed(): void {
    if (this.#done) return
    this.#done = true
    const reason = 'the client went away before the answer was whole'
    this.#failed(this.#status, reason)
    this.#stop?.()
  }

  #failed(status: number, reason: string): void {
    const passed = this.#fromHere ? 'answer' : 'forward'
    this.#records.refused(this.#exchange, { status, reason, outcome: 'failed', passed })
  }
}
