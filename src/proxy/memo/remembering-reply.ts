import { createWriteStream, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { OutgoingHttpHeaders } from 'node:http'
import type { ReadReply } from '../answer/read-handler.ts'

/** An answer that can be given again. Pictures are on disk. */
export interface RememberedAnswer {
  status: number
  headers: OutgoingHttpHeaders
  body: { kind: 'memory'; bytes: Buffer } | { kind: 'file'; path: string; size: number }
}

/** The answer reached its client but must not be remembered. */
class NotRemembered extends Error {}

export interface RememberingLimits {
  /** Limit for a text in memory. */
  maxTextBytes: number
  /** Limit for a picture on disk. */
  maxImageBytes: number
}

/** Receives an answer, passes it to the client that asked first, and settles `answer` when it is complete. */
export interface RememberingReply extends ReadReply {
  readonly answer: Promise<RememberedAnswer>
}

/**
 * Creates a reply that writes a picture to `path`. If `client` goes away, the read continues, because other clients may
 * wait for the answer.
 */
export function createRememberingReply(
  client: ReadReply | null,
  path: string,
  limits: RememberingLimits,
): RememberingReply {
  const { answer, ...settler } = promisedAnswer()
  let settle: typeof settler | null = settler
  let status = 0
  let headers: OutgoingHttpHeaders = {}
  let bytes = 0
  let chunks: Buffer[] | null = null
  let file: WriteStream | null = null
  let gone = false
  let resume: () => void = () => undefined
  let stop: () => void = () => undefined
  client?.whenGone(() => {
    gone = true
    if (settle === null) stop()
    resume()
  })

  const forget = (reason: string): void => {
    settle?.reject(new NotRemembered(reason))
    settle = null
    chunks = null
    discard(file)
    file = null
    // Neither the client nor the memory needs the answer any more.
    if (gone) stop()
    resume()
  }

  return {
    answer,
    begin(answered, given) {
      status = answered
      headers = given
      client?.begin(answered, given)
      const type = String(given['content-type'] ?? '')
      if (answered !== 200) forget(`status ${answered}`)
      else if (!type.startsWith('image/')) chunks = []
      else file = newFile(path, forget)
    },
    // Only answers of Plex are remembered.
    fromHere: () => undefined,
    write(chunk) {
      bytes += chunk.length
      if (bytes > (file === null ? limits.maxTextBytes : limits.maxImageBytes)) forget('larger than what is remembered')
      chunks?.push(chunk)
      const clientIsReady = client === null || gone ? true : client.write(chunk)
      const fileIsReady = file?.write(chunk) ?? true
      return clientIsReady && fileIsReady
    },
    end(closeDelimited) {
      client?.end(closeDelimited)
      const done = settle
      settle = null
      if (chunks !== null) done?.resolve({ status, headers, body: { kind: 'memory', bytes: Buffer.concat(chunks) } })
      const written = file
      if (written === null) return
      const size = bytes
      written.once('error', (error) => done?.reject(error))
      written.end(() => done?.resolve({ status, headers, body: { kind: 'file', path: String(written.path), size } }))
    },
    fail(code, reason) {
      client?.fail(code, reason)
      forget(reason)
    },
    whenDrained(goOn) {
      // Both the file and the client can resume Plex; if one of them is not ready yet, it pauses Plex again.
      resume = goOn
      // Registered once for the whole answer, because every later drain of the file or client counts.
      file?.on('drain', goOn)
      if (client !== null && !gone) client.whenDrained(goOn)
    },
    whenGone(giveUp) {
      // Other clients may wait for this answer, so the read continues as long as it can be remembered.
      stop = giveUp
    },
  }
}

function newFile(path: string, failed: (reason: string) => void): WriteStream {
  return createWriteStream(path, { flags: 'wx', mode: 0o600 }).once('error', (error) => failed(error.message))
}

function promisedAnswer() {
  let resolve: (answer: RememberedAnswer) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const answer = new Promise<RememberedAnswer>((...functions) => {
    ;[resolve, reject] = functions
  })
  // Often nobody else waits, and the client already has the error.
  answer.catch(() => undefined)
  return { answer, resolve, reject }
}

function discard(file: WriteStream | null): void {
  if (file === null) return
  file.once('close', () => {
    // A file that cannot be removed disappears with the folder at the end of the job.
    rm(String(file.path), { force: true }).catch(() => undefined)
  })
  file.destroy()
}
