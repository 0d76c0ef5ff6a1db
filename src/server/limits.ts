/** The limits of the studio's server, each with its unit. */
export const limits = {
  /** A pasted config is the largest thing that a browser sends. */
  maxBodyBytes: 9 * 1024 * 1024,
  /** Open sockets, event streams included. */
  maxConnections: 512,
  headersTimeoutMs: 10_000,
  /**
   * How often Node checks `headersTimeoutMs`. Its default of 30 s would let half a request live three times too long.
   */
  socketCheckMs: 2_000,
  requestTimeoutMs: 120_000,
  keepAliveTimeoutMs: 65_000,
  maxHeaderBytes: 16 * 1024,

  /** Open event streams. */
  maxStreams: 100,
  /** The stream of a window that is this far behind is closed; the browser comes back with Last-Event-ID. */
  maxUnsentStreamBytes: 1024 * 1024,
  /** Parts of journals that are read at the same time, for all windows together. */
  maxPastReadsAtOnce: 4,
  /** The newest frames that were read from journals, which windows that join at the same time share. */
  maxSharedPastBytes: 8 * 1024 * 1024,
  /** The stream of a window that takes nothing for this time is closed, too. */
  stalledStreamMs: 30_000,
  heartbeatMs: 15_000,
  /** Log lines and progress of this time are sent together. */
  batchMs: 100,
  maxLinesPerEvent: 500,
  /** Characters of one log line. */
  maxLineChars: 4_000,

  sessionLifetimeMs: 30 * 24 * 3_600_000,
  maxSessions: 100,
  /** After this many wrong passwords, nobody can sign in for `signInPauseMs`. */
  maxWrongPasswords: 5,
  signInPauseMs: 30_000,

  maxFolderEntries: 2_000,

  /** Configs up to this length take some tenths of a second to read. Longer ones are read in a thread. */
  maxCharsReadAtOnce: 16 * 1024,
  textThreadTimeoutMs: 30_000,
  maxTextThreadMb: 768,
  maxTextThreads: 2,
  maxTextsWaiting: 50,

  /** Thumbnails that are made at the same time. */
  maxThumbnailsAtOnce: 6,
  /** Thumbnails that may wait; further requests are refused. */
  maxThumbnailsWaiting: 2_000,
  maxThumbnailSourceBytes: 32 * 1024 * 1024,
  /** The size of the largest picture that a job keeps. */
  maxJobPictureBytes: 64 * 1024 * 1024,
  maxPixels: 50_000_000,
  thumbnailTimeoutMs: 30_000,
  maxThumbnailCacheBytes: 512 * 1024 * 1024,

  /** Items in all libraries together. */
  maxIndexItems: 1_000_000,
  indexPageItems: 1_000,
  /** An older index is read from Plex again, even if Plex reports no change. */
  maxIndexAgeMs: 24 * 3_600_000,

  maxSets: 200,
  maxQueuedJobs: 50,
  /** Jobs in the list. */
  maxListedJobs: 1_000,
  maxDifferencesCached: 2_000,

  /** Events in the journal of one job, log lines not counted. */
  maxJournalEvents: 20_000,
  /** Log lines are kept in `maxLogFiles` files of this size; the oldest file is removed. log.txt has all lines. */
  logFileBytes: 4 * 1024 * 1024,
  maxLogFiles: 8,
  /** Events of a running job that are kept in memory, as they are sent. */
  maxMemoryEventBytes: 8 * 1024 * 1024,
} as const
