import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { ArtworkKind } from '../../contract/artwork-kinds.ts'
import type { Capture } from '../../contract/records.ts'

/** What the policy knows about an upload, before its body is read. */
export interface UploadDescription {
  seq: number
  /** ISO 8601, UTC, with microseconds where the clock has them. */
  timestamp: string
  server: string
  method: string
  path: string
  /** Query without tokens. */
  query: string
  ratingKey: string | null
  kind: ArtworkKind | null
}

export interface UploadBody {
  stream: Readable
  contentType: string | undefined
  /** undefined when chunked. */
  contentLength: number | undefined
}

/** Reads, from Plex, the image of an upload by `?url=` that points back at our own proxy. */
export type ReadOwnUrl = (pathAndQuery: string) => Promise<Readable>

/**
 * Keeps uploads. Every promise resolves only after the bytes are synced and renamed into place (promise 3);
 * it rejects only when nothing could be made durable (disk full), and then the client must not hear a success.
 */
export interface CaptureStore {
  /**
   * Keeps the body of an upload. A body without an image goes to captured_requests/, and its `parse_error` says why.
   */
  keepBody(upload: UploadDescription, body: UploadBody): Promise<Capture>
  /**
   * For an upload without a body: fetches the image behind its `?url=` within the limits, or records why it could not.
   */
  keepUrl(upload: UploadDescription, url: string, readOwnUrl: ReadOwnUrl | null): Promise<Capture>
  /** All captures so far, in order of arrival; `attempts` is current. */
  list(): readonly Capture[]
  /** Opens the image of a capture; the caller closes it. */
  open(capture: Pick<Capture, 'saved_path'>): Promise<FileHandle>
}
