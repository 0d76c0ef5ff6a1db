/** Every bound of a proxy, with its unit. */
export interface ProxyLimits {
  /** From the first byte of a request to the end of its headers. */
  headersTimeoutMs: number
  /** From the first byte of a request to the end of its body. */
  requestTimeoutMs: number
  /**
   * How long an idle connection stays open. Kometa works for minutes between two requests and must not meet a closing
   * socket.
   */
  keepAliveTimeoutMs: number
  /** How often Node looks for connections that are past the first two limits. */
  checkIntervalMs: number
  /** Request line and headers together; Kometa's label edits carry long queries. */
  maxHeaderBytes: number
  maxHeadersCount: number
  maxConnections: number
  /**
   * How many new connections are read at the same time; the others wait, and their bytes stay in the sender's socket.
   */
  maxUnreadConnections: number
  /** When none of those makes progress for this long, twice as many are read. */
  stalledConnectionsMs: number
  /** A blocked write whose body nobody keeps is read and counted up to this size; a larger one gets 413. */
  maxDrainBytes: number
  /** Answers that list artwork are read along up to this size, to learn which artwork Plex lists. */
  maxArtworkAnswerBytes: number
  maxListedArtwork: number
  /** How many sections' Meta are remembered. */
  maxSections: number
  /** How long `drain` waits for requests under way. */
  drainTimeoutMs: number
}

export const proxyLimits: ProxyLimits = {
  headersTimeoutMs: 60_000,
  requestTimeoutMs: 300_000,
  keepAliveTimeoutMs: 1_800_000,
  checkIntervalMs: 5_000,
  maxHeaderBytes: 131_072,
  maxHeadersCount: 100,
  maxConnections: 2_048,
  maxUnreadConnections: 64,
  stalledConnectionsMs: 1_000,
  maxDrainBytes: 64 * 1024 * 1024,
  maxArtworkAnswerBytes: 4 * 1024 * 1024,
  maxListedArtwork: 20_000,
  maxSections: 1_000,
  drainTimeoutMs: 10_000,
}
