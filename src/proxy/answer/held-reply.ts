import type { OutgoingHttpHeaders } from 'node:http'
import { decodeBody } from '../../plex/upstream/decode-body.ts'
import { messageOf } from '../../util/unknown-error.ts'
import type { ReadReply } from './read-handler.ts'

/** The status line and headers of an answer. */
export interface AnswerHead {
  status: number
  headers: OutgoingHttpHeaders
}

export interface HoldOptions {
  /** A longer answer is streamed and never read as a whole. */
  maxBytes: number
  /** Whether to hold an answer with this head; without it every answer is held. */
  holds?(head: AnswerHead): boolean
  /**
   * Reads the complete, decoded body. Returns the body that the client gets instead, or null to pass Plex's own bytes
   * on unchanged.
   */
  read(body: Buffer): Buffer | null
}

/** Holds an answer back until it is complete and has been read. An answer that cannot be decoded fails with 502. */
export class HeldReply implements ReadReply {
  readonly #reply: ReadReply
  readonly #options: HoldOptions
  #head: AnswerHead | undefined
  /** undefined: chunks go straight to the client. */
  #held: Buffer[] | undefined = []
  #bytes = 0

  constructor(reply: ReadReply, options: HoldOptions) {
    this.#reply = reply
    this.#options = options
  }

  begin(status: number, headers: OutgoingHttpHeaders): void {
    this.#head = { status, headers }
    if (this.#options.holds?.(this.#head) === false) this.#release()
  }

  fromHere(): void {
    this.#reply.fromHere()
  }

  write(chunk: Buffer): boolean {
    if (!this.#held) return this.#reply.write(chunk)
    this.#held.push(chunk)
    this.#bytes += chunk.length
    return this.#bytes > this.#options.maxBytes ? this.#release() : true
  }

  end(closeDelimited?: boolean): void {
    const held = this.#held
    const head = this.#head
    if (!held || !head) {
      this.#reply.end(closeDelimited)
      return
    }
    const { 'content-encoding': encoding, ...headers } = head.headers
    decodeBody(Buffer.concat(held), encoding === undefined ? undefined : String(encoding), this.#options.maxBytes)
      .then((body) => {
        const changed = this.#options.read(body)
        if (changed === null) this.#release()
        else {
          this.#reply.begin(head.status, { ...headers, 'content-length': changed.length })
          this.#reply.write(changed)
        }
        this.#reply.end(closeDelimited)
      })
      .catch((error: unknown) => this.#reply.fail(502, messageOf(error)))
  }

  fail(status: number, reason: string): void {
    this.#reply.fail(status, reason)
  }

  whenDrained(resume: () => void): void {
    this.#reply.whenDrained(resume)
  }

  whenGone(stop: () => void): void {
    this.#reply.whenGone(stop)
  }

  #release(): boolean {
    const held = this.#held ?? []
    this.#held = undefined
    if (this.#head) this.#reply.begin(this.#head.status, this.#head.headers)
    let ready = true
    for (const chunk of held) ready = this.#reply.write(chunk)
    return ready
  }
}
