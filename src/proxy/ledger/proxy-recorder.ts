import type { BlockedWrite, Capture, RefusedRead } from '../../contract/records.ts'

/** One read that was answered whole. */
export interface ForwardedRead {
  seq: number
  timestamp: string
  server: string
  method: string
  /** Path and query without tokens. */
  target: string
  /** Name of the allow-list template that let it through. */
  template: string
  status: number
  bytes: number
  durationMs: number
  /** Not Kometa's: the self-check of the scope, the prefetch. */
  ours?: true
  /** Plex was not asked for it: from memory, or from a listing that is a record of its own. */
  fromHere?: boolean
  /** The end of Plex's connection alone said that the answer is whole. */
  closeDelimited?: boolean
}

/** A listing that was asked on behalf of Kometa. */
export type OwnListing = Pick<ForwardedRead, 'target' | 'status' | 'bytes' | 'durationMs' | 'closeDelimited'>

/** What became of a request that was not answered as it should be, for the ledger. */
export interface Answered {
  status: number
  reason: string
  durationMs: number
  /** Of a read that was let through, and failed: whether Plex was asked for it, or our memory. */
  passed?: 'forward' | 'answer' | undefined
}

/** Where a proxy writes down its verdicts. One recorder serves all proxies of a job, so that `seq` orders them all. */
export interface ProxyRecorder {
  nextSeq(): number
  blocked(write: BlockedWrite, answered: Answered): void
  captured(capture: Capture): void
  /** `answered` is null where the request has its line in the ledger already, as a blocked write that could not be kept. */
  refused(read: RefusedRead, answered: Answered | null): void
  forwarded(read: ForwardedRead): void
}
