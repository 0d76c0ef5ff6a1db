/** What bounds the capture store. Every field has a default; the body limit is the user's option. */
export interface CaptureLimits {
  /** One body, or one image behind a URL. What is larger is kept up to here, with a parse_error. */
  maxBodyBytes: number
  /** Uploads written at the same time; the others wait with their bytes still in the sender's socket. */
  maxOpenUploads: number
  /** Uploads that may wait for their turn; one more is rejected. */
  maxWaitingUploads: number
  /** An upload whose sender sends nothing for so long lets another one be written meanwhile. */
  senderPatienceMs: number
  /** A body that sends nothing for so long is given up. */
  bodyIdleTimeoutMs: number
  /** A body that takes longer than this is given up. */
  bodyTotalTimeoutMs: number
  /** Parts of one multipart body that become files; what is beyond them stays in the raw body, which is then kept. */
  maxPartFiles: number
  /** Parts of one multipart body. */
  maxParts: number
  /** The header block of one part. */
  maxPartHeaderBytes: number
  /** Multipart bodies inside one another. */
  maxNesting: number
  /** Fetching the image behind a `?url=`, redirects included: Kometa waits 60 s and more for its answer. */
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
