import { Readable } from 'node:stream'
import { AppError } from '../../contract/errors.ts'
import { type AllowedRead, classifyResource } from '../../policy/classify-read.ts'
import { parseResource } from '../../policy/resource.ts'
import type { ReadOwnUrl } from '../capture/types.ts'
import { beginOwnRead } from '../ledger/own-read-record.ts'
import type { ProxyRecorder } from '../ledger/proxy-recorder.ts'
import type { PlexKnowledge } from './plex-knowledge.ts'
import type { ReadHandler, ReadReply } from './read-handler.ts'

export interface ReadOwnUrlOptions {
  /** The handler of Kometa's own reads: Kometa has often read such a picture before. */
  reads: ReadHandler
  knowledge: PlexKnowledge
  recorder: ProxyRecorder
  serverId: string
  /** Whether this text holds the job's token, which must not reach Plex in a URL either. */
  holdsToken(text: string): boolean
}

/**
 * Reads the picture of an upload by URL that names an address of the proxy. The table of reads judges it like any
 * other read.
 */
export function createReadOwnUrl({ reads, knowledge, recorder, serverId, holdsToken }: ReadOwnUrlOptions): ReadOwnUrl {
  return async (pathAndQuery) => {
    const parsed = parseResource(pathAndQuery)
    const read = parsed.ok ? classifyResource(parsed.resource, knowledge) : parsed
    if (!read.ok) throw new AppError('PLEX_READ_FAILED', `the URL is not a known read: ${read.reason}`)
    // An upload by URL has no use for any other read.
    if (read.row.answer !== 'picture' || holdsToken(read.resource)) {
      throw new AppError('PLEX_READ_FAILED', 'the URL is not that of a picture of Plex')
    }
    return streamOf(reads, read, beginOwnRead(recorder, serverId, read))
  }
}

/**
 * The body of a 200, as a stream that waits for its reader; every other answer rejects. `asked` is called when an
 * answer that came from Plex, not from memory, is whole.
 */
function streamOf(
  reads: ReadHandler,
  read: AllowedRead,
  asked: (answer: { status: number; bytes: number; closeDelimited: boolean }) => void,
): Promise<Readable> {
  return new Promise((resolve, reject) => {
    let status = 0
    let bytes = 0
    let fromHere = false
    let ended = false
    let resume: () => void = () => undefined
    let stop: () => void = () => undefined
    const body = new Readable({
      read: () => resume(),
      destroy(error, done) {
        if (!ended) stop()
        done(error)
      },
    })
    const reply: ReadReply = {
      begin(answered) {
        status = answered
        if (answered === 200) resolve(body)
        else reject(new AppError('PLEX_READ_FAILED', `Plex answered ${answered}`))
      },
      fromHere() {
        fromHere = true
      },
      write(chunk) {
        bytes += chunk.length
        return status === 200 ? body.push(chunk) : true
      },
      end(closeDelimited = false) {
        ended = true
        body.push(null)
        if (!fromHere) asked({ status, bytes, closeDelimited })
      },
      fail(_status, reason) {
        ended = true
        const error = new AppError('PLEX_READ_FAILED', reason)
        reject(error)
        // After the head the failure reaches the reader through the stream itself.
        if (status === 200) body.destroy(error)
      },
      whenDrained(goOn) {
        resume = goOn
      },
      whenGone(giveUp) {
        stop = giveUp
      },
    }
    reads({ method: 'GET', read, headers: {} }, reply)
  })
}
