import { createReadStream } from 'node:fs'
import type { ProxyRead, ReadHandler, ReadReply } from '../answer/read-handler.ts'
import type { AnswerCache } from './answer-cache.ts'
import { containerCounts, type MemoKey, memoKey } from './memo-key.ts'
import type { MemoStore } from './memo-store.ts'
import { createRememberingReply, type RememberedAnswer } from './remembering-reply.ts'

/** Limits for one answer: a text in memory, a picture on disk. Larger answers are passed on but not remembered. */
const recordingLimits = { maxTextBytes: 4 * 1024 * 1024, maxImageBytes: 64 * 1024 * 1024 }

export interface MemoCounts {
  /** Reads that went to Plex. */
  asked: number
  /** Reads that were answered from memory, or by waiting for an identical read. */
  remembered: number
}

export interface ReadMemo {
  readonly handler: ReadHandler
  readonly counts: Readonly<MemoCounts>
}

/**
 * Asks Plex each distinct read once: identical reads at the same time share one answer, and later ones get it from
 * memory (texts) or disk (pictures). An error is passed on and never remembered. `next` leads to Plex.
 */
export function createReadMemo(
  store: MemoStore,
  next: ReadHandler,
  counts: MemoCounts = { asked: 0, remembered: 0 },
): ReadMemo {
  let files = 0

  const handler: ReadHandler = (read, reply) => {
    const key = memoKey(read)
    if (key === null) {
      counts.asked += 1
      next(read, reply)
      return
    }
    const cache = read.read.row.answer === 'picture' ? store.images : store.texts
    const known = [cache.peek(key.whole), cache.peek(key.part)].find(
      (answer) => answer !== undefined && serves(answer, key),
    )
    if (known === undefined) ask({ read, reply, key, cache })
    else give(known, reply, () => ask({ read, reply, key, cache }))
  }

  interface Asking {
    read: ProxyRead
    reply: ReadReply
    key: MemoKey
    cache: AnswerCache<RememberedAnswer>
  }

  /** Asks Plex, or waits for an identical read that is already running. */
  function ask({ read, reply, key, cache }: Asking): void {
    const name = key.page === null || key.page.start === 0 ? key.whole : key.part
    let first = false
    const answer = cache.get(name, () => {
      first = true
      counts.asked += 1
      files += 1
      const recording = createRememberingReply(
        reply,
        `${store.folder}/${process.pid}-${Date.now()}-${files}`,
        recordingLimits,
      )
      // Asked for without compression, because a later client may not accept this client's encoding.
      next({ ...read, headers: { ...read.headers, 'accept-encoding': undefined } }, recording)
      return recording.answer
    })
    const alone = (): void => {
      counts.asked += 1
      next(read, reply)
    }
    answer.then(
      (given) => {
        if (first && name === key.whole && !isComplete(given, key)) keepAsPart(cache, key, given)
        if (first) return
        if (serves(given, key)) give(given, reply, alone)
        else alone()
      },
      () => {
        // The client that asked first already has the error; each of the others asks Plex itself.
        if (!first) alone()
      },
    )
  }

  /** Stores a page under its own key, because a page must not be used as the whole answer. */
  function keepAsPart(cache: AnswerCache<RememberedAnswer>, key: MemoKey, answer: RememberedAnswer): void {
    cache.drop((other) => other === key.whole)
    void cache.get(key.part, () => Promise.resolve(answer))
  }

  function give(answer: RememberedAnswer, reply: ReadReply, otherwise: () => void): void {
    const sent = (): void => {
      counts.remembered += 1
    }
    sendRemembered(answer, reply, sent, otherwise)
  }

  return { handler, counts }
}

function isComplete({ body }: RememberedAnswer, { page }: MemoKey): boolean {
  if (page === null || body.kind === 'file') return true
  const { size, totalSize } = containerCounts(body.bytes)
  return size === null || (totalSize === null ? size < page.size : size >= totalSize)
}

/** True if an answer stored under the key of the whole can serve this page. */
function serves({ body }: RememberedAnswer, { page }: MemoKey): boolean {
  if (page === null || body.kind === 'file') return true
  const { size } = containerCounts(body.bytes)
  return page.start === 0 && size !== null && size <= page.size
}

function sendRemembered(
  { status, headers, body }: RememberedAnswer,
  reply: ReadReply,
  sent: () => void,
  otherwise: () => void,
): void {
  const size = body.kind === 'memory' ? body.bytes.length : body.size
  const begin = (): void => {
    sent()
    reply.fromHere()
    reply.begin(status, { ...headers, 'content-length': size })
  }
  if (body.kind === 'memory') {
    begin()
    reply.write(body.bytes)
    reply.end()
    return
  }
  const stream = createReadStream(body.path)
  let begun = false
  let waits = false
  stream.once('open', () => {
    begun = true
    begin()
  })
  stream.on('data', (chunk) => {
    if (reply.write(Buffer.from(chunk))) return
    stream.pause()
    // Registered only once, because the callback runs every time the client has caught up.
    if (!waits) reply.whenDrained(() => stream.resume())
    waits = true
  })
  stream.once('end', () => reply.end())
  stream.once('error', (error) => {
    // The file was removed to make room; Plex still has the picture.
    if (begun) reply.fail(502, error.message)
    else otherwise()
  })
  reply.whenGone(() => stream.destroy())
}
