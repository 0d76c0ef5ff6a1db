/** Every bound of a proxy, with its unit. */
export interface ProxyLimits {
  /** From the first byte of a request to the end of its headers. */
  headersTimeoutMs: number
  /** From the first byte of a request to the end of its body. */
  requestTimeoutMs: number
  /** Idle connections stay this long: Kometa works for minutes between two requests, and must not meet a closing socket. */
  keepAliveTimeoutMs: number
  /** How often Node looks for connections that are past the first two limits. */
  checkIntervalMs: number
  /** Request line and headers together; Kometa's label edits carry long queries. */
  maxHeaderBytes: number
  maxHeadersCount: number
  maxConnections: number
  /** New connections that are read from at once; the others wait with their bytes in the sender's socket. */
  maxUnreadConnections: number
  /** When none of those gets any further for so long, twice as many are read from. */
  stalledConnectionsMs: number
  /** Body of a blocked write that nobody keeps: read and counted up to here, then 413. */
  maxDrainBytes: number
  /** Answers of N/posters and so on are read along up to here, to learn which artwork Plex lists. */
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
