import type { BlockedWrite, Capture, RefusedRead } from '../../contract/records.ts'

/** One read that was answered whole. */
export interface ForwardedRead {
  seq: number
  timestamp: string
  server: string
  method: string
  /** Path and query without tokens. */
  target: string
  /** Path of the row of the table of reads that let it through. */
  template: string
  status: number
  bytes: number
  durationMs: number
  /** This program made it for itself: the self-check of the scope, or the prefetch. */
  ours?: true
  /** Plex was not asked: the answer came from memory, or from a listing that has a record of its own. */
  fromHere?: boolean
  /** Only the end of Plex's connection showed that the answer is whole. */
  closeDelimited?: boolean
}

/** A listing that Plex was asked for on behalf of Kometa. */
export type OwnListing = Pick<ForwardedRead, 'target' | 'status' | 'bytes' | 'durationMs' | 'closeDelimited'>

/** What became of a request that was not answered as it should be, for the ledger. */
export interface Answered {
  status: number
  reason: string
  durationMs: number
  /** For a read that was let through and failed: whether Plex or our memory was to answer it. */
  passed?: 'forward' | 'answer' | undefined
}

/** Where a proxy writes down its verdicts. One recorder serves all proxies of a job, so that `seq` orders them all. */
export interface ProxyRecorder {
  nextSeq(): number
  blocked(write: BlockedWrite, answered: Answered): void
  captured(capture: Capture): void
  /** `answered` is null when the request has its line in the ledger already: a blocked write that could not be kept. */
  refused(read: RefusedRead, answered: Answered | null): void
  forwarded(read: ForwardedRead): void
}
