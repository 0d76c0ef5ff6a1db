import type { OutgoingHttpHeaders } from 'node:http'
import { decodeBody } from '../../plex/upstream/decode-body.ts'
import { messageOf } from '../../util/unknown-error.ts'
import type { PlexKnowledge } from './plex-knowledge.ts'
import type { ReadHandler, ReadReply } from './read-handler.ts'

/**
 * Reads along what the client is told about an item's artwork, by Plex or from memory: only listed artwork may be
 * asked for by `file?url=`. The answer is held until its artwork is noted, since the client's next request may ask for
 * it. An answer larger than `maxBytes` is streamed and not noted.
 */
export function noteArtwork(
  next: ReadHandler,
  knowledge: Pick<PlexKnowledge, 'noteArtwork'>,
  maxBytes: number,
): ReadHandler {
  return (request, reply) => {
    if (request.read.row.answer !== 'artworks' || request.method !== 'GET') {
      next(request, reply)
      return
    }
    // Plex is asked for an answer without compression, which is read along without a decoder.
    const headers = { ...request.headers, 'accept-encoding': undefined }
    next({ ...request, headers }, new NotingReply(reply, knowledge, maxBytes))
  }
}

class NotingReply implements ReadReply {
  readonly #reply: ReadReply
  readonly #knowledge: Pick<PlexKnowledge, 'noteArtwork'>
  readonly #maxBytes: number
  #held: Buffer[] | undefined = []
  #bytes = 0
  #encoding: string | undefined

  constructor(reply: ReadReply, knowledge: Pick<PlexKnowledge, 'noteArtwork'>, maxBytes: number) {
    this.#reply = reply
    this.#knowledge = knowledge
    this.#maxBytes = maxBytes
  }

  begin(status: number, headers: OutgoingHttpHeaders): void {
    const encoding = headers['content-encoding']
    this.#encoding = encoding === undefined ? undefined : String(encoding)
    this.#reply.begin(status, headers)
  }

  fromHere(): void {
    this.#reply.fromHere()
  }

  write(chunk: Buffer): boolean {
    this.#bytes += chunk.length
    if (!this.#held) return this.#reply.write(chunk)
    this.#held.push(chunk)
    return this.#bytes > this.#maxBytes ? this.#release() : true
  }

  end(closeDelimited?: boolean): void {
    if (!this.#held) {
      this.#reply.end(closeDelimited)
      return
    }
    decodeBody(Buffer.concat(this.#held), this.#encoding, this.#maxBytes)
      .then((body) => {
        this.#knowledge.noteArtwork(body.toString('utf8'))
        this.#release()
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
    let ready = true
    for (const chunk of held) ready = this.#reply.write(chunk)
    return ready
  }
}
