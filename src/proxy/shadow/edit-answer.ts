import type { OutgoingHttpHeaders } from 'node:http'
import { decodeBody } from '../../plex/upstream/decode-body.ts'
import { messageOf } from '../../util/unknown-error.ts'
import type { ProxyRead, ReadHandler, ReadReply } from '../answer/read-handler.ts'

/** One item with everything that Plex knows about it has some 100 KB. A larger answer passes unchanged. */
const maxEditedBytes = 16 * 1024 * 1024

/**
 * Answers with what Plex says. `edit` may change it when it is XML and complete, and returns null to leave it as it is.
 */
export function editAnswer(
  next: ReadHandler,
  read: ProxyRead,
  reply: ReadReply,
  edit: (text: string) => string | null,
): void {
  if (read.method === 'HEAD') {
    next(read, reply)
    return
  }
  // Plex is asked for an answer without compression, as it was the first time: then memory can give the same answer.
  const headers = { ...read.headers, 'accept-encoding': undefined }
  next({ ...read, headers }, new EditingReply(reply, edit))
}

class EditingReply implements ReadReply {
  readonly #reply: ReadReply
  readonly #edit: (text: string) => string | null
  #head: { status: number; headers: OutgoingHttpHeaders } | undefined
  /** undefined: chunks go straight to the client. */
  #held: Buffer[] | undefined = []
  #bytes = 0

  constructor(reply: ReadReply, edit: (text: string) => string | null) {
    this.#reply = reply
    this.#edit = edit
  }

  begin(status: number, headers: OutgoingHttpHeaders): void {
    this.#head = { status, headers }
    if (status !== 200 || !/xml/.test(String(headers['content-type'] ?? ''))) this.#release()
  }

  fromHere(): void {
    this.#reply.fromHere()
  }

  write(chunk: Buffer): boolean {
    if (!this.#held) return this.#reply.write(chunk)
    this.#held.push(chunk)
    this.#bytes += chunk.length
    return this.#bytes > maxEditedBytes ? this.#release() : true
  }

  end(): void {
    const held = this.#held
    const head = this.#head
    if (!held || !head) {
      this.#reply.end()
      return
    }
    const { 'content-encoding': encoding, ...headers } = head.headers
    decodeBody(Buffer.concat(held), encoding === undefined ? undefined : String(encoding), maxEditedBytes)
      .then((body) => {
        const edited = this.#edit(body.toString('utf8'))
        if (edited === null) this.#release()
        else {
          const bytes = Buffer.from(edited)
          this.#reply.begin(head.status, { ...headers, 'content-length': bytes.length })
          this.#reply.write(bytes)
        }
        this.#reply.end()
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
