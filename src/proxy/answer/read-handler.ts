import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { AllowedRead } from '../../policy/classify-read.ts'

/** A read that the policy let through. */
export interface ProxyRead {
  method: 'GET' | 'HEAD'
  /** Target as it may go to Plex, template, section and ratingKeys. */
  read: AllowedRead
  /** The client's headers. The connection to Plex sends those of them that are on its list. */
  headers: IncomingHttpHeaders
}

/**
 * Where the answer to a read goes. `begin` once, `write` as often as needed, then exactly one of `end` and `fail`.
 * It records the outcome itself: an answer that was ended is a forwarded read, anything else a failed one.
 */
export interface ReadReply {
  begin(status: number, headers: OutgoingHttpHeaders): void
  /**
   * Called before `begin` when Plex is not asked: the answer comes from memory, or from a listing that has a record of
   * its own.
   */
  fromHere(): void
  /** False: the client is slow, wait for `whenDrained`. */
  write(chunk: Buffer): boolean
  /** `closeDelimited`: only the end of Plex's connection showed that the answer is whole. */
  end(closeDelimited?: boolean): void
  /**
   * Before `begin`: answers with this status. After it: cuts the connection, so that a short answer never looks whole.
   */
  fail(status: number, reason: string): void
  /** Calls `resume` every time the client has caught up. */
  whenDrained(resume: () => void): void
  /** Called once if the client goes away before the answer has ended. */
  whenGone(stop: () => void): void
}

/** Answers a classified read: `forward` streams it from Plex; scope and memory wrap that. */
export type ReadHandler = (read: ProxyRead, reply: ReadReply) => void
