import { createWriteStream, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { OutgoingHttpHeaders } from 'node:http'
import type { ReadReply } from '../answer/read-handler.ts'

/** An answer as it can be given again. Pictures stand on disk. */
export interface RememberedAnswer {
  status: number
  headers: OutgoingHttpHeaders
  body: { kind: 'memory'; bytes: Buffer } | { kind: 'file'; path: string; size: number }
}

/** The answer went to its client but is not one to remember. */
class NotRemembered extends Error {}

export interface RememberingLimits {
  /** Of a text in memory. */
  maxTextBytes: number
  /** Of a picture on disk. */
  maxImageBytes: number
}

/** Takes an answer in, passes it on to the client who asked first, and settles `answer` when it is whole. */
export interface RememberingReply extends ReadReply {
  readonly answer: Promise<RememberedAnswer>
}

/**
 * A picture goes to `path`. `client` may go away without the answer being given up: others may wait for it, and it is
 * asked for once.
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
    // Nobody is left who wants it.
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
    // What is remembered came from Plex.
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
      // The file and the client can each let Plex go on; whichever is not ready yet pauses Plex again.
      resume = goOn
      // Registered once for the whole answer: each later drain of the file or of the client counts.
      file?.on('drain', goOn)
      if (client !== null && !gone) client.whenDrained(goOn)
    },
    whenGone(giveUp) {
      // Other clients may wait for this answer: the read goes on as long as it can be remembered.
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
  // Nobody else may be waiting; the client has heard of the failure itself.
  answer.catch(() => undefined)
  return { answer, resolve, reject }
}

function discard(file: WriteStream | null): void {
  if (file === null) return
  file.once('close', () => {
    // A file that stays is in a folder that goes with the job.
    rm(String(file.path), { force: true }).catch(() => undefined)
  })
  file.destroy()
}
