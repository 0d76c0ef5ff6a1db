/** The messages between a window and the stream worker. */
export type StreamRequest =
  | { type: 'open'; subscription: number; url: string; after: number | null }
  | { type: 'close'; subscription: number }
  | { type: 'close-all' }

export type StreamReply = { subscription: number } & StreamNews

export type StreamNews =
  /** One message of the server; `id` null where the stream has none. */
  | { type: 'message'; id: number | null; data: string }
  /** open: news arrive. waiting: the server is away, and the stream returns by itself. */
  | { type: 'state'; state: 'open' | 'waiting' }
  /** The messages since `after` are no longer kept: read the state again, then open the stream again. */
  | { type: 'stale' }
