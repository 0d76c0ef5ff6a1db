/** What bounds the capture store. Every field has a default; the body limit is the user's option. */
export interface CaptureLimits {
  /** Most bytes of one body, or of one image behind a URL. A larger one is kept up to this size, with a parse_error. */
  maxBodyBytes: number
  /** How many uploads are written at the same time. The others wait, and their bytes stay in the sender's socket. */
  maxOpenUploads: number
  /** How many uploads may wait for their turn; a further one is rejected. */
  maxWaitingUploads: number
  /** When the sender of an upload sends nothing for this long, another upload is written meanwhile. */
  senderPatienceMs: number
  /** A body that sends nothing for this long is given up. */
  bodyIdleTimeoutMs: number
  /** A body that takes longer than this is given up. */
  bodyTotalTimeoutMs: number
  /** How many parts of one multipart body become files. The others stay in the raw body, which is then kept too. */
  maxPartFiles: number
  /** Most parts of one multipart body. */
  maxParts: number
  /** Most bytes of the header block of one part. */
  maxPartHeaderBytes: number
  /** How deep multipart bodies may lie inside one another, the outermost included. */
  maxNesting: number
  /** Time for the image behind a `?url=`, redirects included. Kometa waits at least 60 s for its answer. */
  urlTimeoutMs: number
  urlMaxRedirects: number
}

export const defaultCaptureLimits: CaptureLimits = {
  maxBodyBytes: 64 * 1024 * 1024,
  maxOpenUploads: 8,
  maxWaitingUploads: 8192,
  senderPatienceMs: 100,
  bodyIdleTimeoutMs: 60_000,
  bodyTotalTimeoutMs: 600_000,
  maxPartFiles: 100,
  maxParts: 20_000,
  maxPartHeaderBytes: 64 * 1024,
  maxNesting: 3,
  urlTimeoutMs: 30_000,
  urlMaxRedirects: 5,
}
