/** What a window and the stream worker say to each other. */
export type StreamRequest =
  | { type: 'open'; subscription: number; url: string; after: number | null }
  | { type: 'close'; subscription: number }
  | { type: 'close-all' }

export type StreamReply = { subscription: number } & StreamNews

export type StreamNews =
  /** One message of the server; `id` null where the stream has none. */
  | { type: 'message'; id: number | null; data: string }
  /** open: news come. waiting: the server is away, the stream comes back by itself. */
  | { type: 'state'; state: 'open' | 'waiting' }
  /** What lies between `after` and now is no longer at hand: read anew, then open again. */
  | { type: 'stale' }
