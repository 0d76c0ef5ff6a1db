/** Every limit of the studio's server, with its unit. */
export const limits = {
  /** A pasted config is the largest thing that a browser sends. */
  maxBodyBytes: 9 * 1024 * 1024,
  /** Sockets at once, windows with their event streams among them. */
  maxConnections: 512,
  headersTimeoutMs: 10_000,
  /** How often sockets are looked at for that; Node's own 30 s would let half a request live three times as long. */
  socketCheckMs: 2_000,
  requestTimeoutMs: 120_000,
  keepAliveTimeoutMs: 65_000,
  maxHeaderBytes: 16 * 1024,

  /** Event streams of one server at once. */
  maxStreams: 100,
  /** A window that has not taken so much is let go; it comes back with Last-Event-ID. */
  maxUnsentStreamBytes: 1024 * 1024,
  /** Pieces of the past of jobs that are read at once, for all windows together. */
  maxPastReadsAtOnce: 4,
  /** Pieces of the past that were made last, which windows that join together share. */
  maxSharedPastBytes: 8 * 1024 * 1024,
  /** A window that takes nothing of its past for so long is let go, too. */
  stalledStreamMs: 30_000,
  heartbeatMs: 15_000,
  /** Log lines and progress of so long go out together. */
  batchMs: 100,
  maxLinesPerEvent: 500,
  /** Characters of one log line. */
  maxLineChars: 4_000,

  sessionLifetimeMs: 30 * 24 * 3_600_000,
  maxSessions: 100,
  /** Wrong passwords before signing in is shut, and for how long. */
  maxWrongPasswords: 5,
  signInPauseMs: 30_000,

  maxFolderEntries: 2_000,

  /** Texts of configs up to here are read at once, in a few tenths of a second; longer ones in a thread. */
  maxCharsReadAtOnce: 16 * 1024,
  textThreadTimeoutMs: 30_000,
  maxTextThreadMb: 768,
  maxTextThreads: 2,
  maxTextsWaiting: 50,

  /** Thumbnails made at once. */
  maxThumbnailsAtOnce: 6,
  /** Thumbnails waited for; one more is refused. */
  maxThumbnailsWaiting: 2_000,
  maxThumbnailSourceBytes: 32 * 1024 * 1024,
  /** As large as the largest picture that a job keeps. */
  maxJobPictureBytes: 64 * 1024 * 1024,
  maxPixels: 50_000_000,
  thumbnailTimeoutMs: 30_000,
  maxThumbnailCacheBytes: 512 * 1024 * 1024,

  /** Items of all libraries together. */
  maxIndexItems: 1_000_000,
  indexPageItems: 1_000,
  /** A stored index is read anew after so long, even if Plex reports no change. */
  maxIndexAgeMs: 24 * 3_600_000,

  maxSets: 200,
  maxQueuedJobs: 50,
  /** Jobs that the list shows. */
  maxListedJobs: 1_000,
  maxDifferencesCached: 2_000,

  /** The journal of one job: everything but log lines. */
  maxJournalEvents: 20_000,
  /** Log lines are kept in files of so many bytes, and so many of them; the oldest file goes. log.txt has all. */
  logFileBytes: 4 * 1024 * 1024,
  maxLogFiles: 8,
  /** Serialised events of a running job that are kept in memory. */
  maxMemoryEventBytes: 8 * 1024 * 1024,
} as const
