import { decodeBody } from '../../plex/upstream/decode-body.ts'
import type { AllowedRead } from '../../policy/classify-read.ts'
import type { ReadHandler, ReadReply } from './read-handler.ts'

/** The headers that plexapi sends. Pictures are read with others, but are the same for all headers. */
const plexapiHeaders = { accept: '*/*', 'x-plex-language': 'en' }

/** The end of a read that was made as Kometa makes it. */
export interface EarlyRead {
  status: number
  bytes: number
  /** It came from memory: Plex was not asked. */
  fromHere: boolean
  closeDelimited: boolean
}

/**
 * Makes a read exactly as Kometa will make it, through the same handlers, so that the answer is remembered when Kometa
 * asks. Rejects when the read fails. The answer's bytes go to `onChunk` as Plex sends them.
 */
export function readForKometa(
  handler: ReadHandler,
  read: AllowedRead,
  onChunk?: (chunk: Buffer, encoding: string | undefined) => void,
): Promise<EarlyRead> {
  let status = 0
  let bytes = 0
  let fromHere = false
  let encoding: string | undefined
  return new Promise((resolve, reject) => {
    const reply: ReadReply = {
      begin(answered, headers) {
        status = answered
        encoding = headers['content-encoding'] === undefined ? undefined : String(headers['content-encoding'])
      },
      fromHere() {
        fromHere = true
      },
      write(chunk) {
        bytes += chunk.length
        onChunk?.(chunk, encoding)
        return true
      },
      end: (closeDelimited = false) => resolve({ status, bytes, fromHere, closeDelimited }),
      fail: (_status, reason) => reject(new Error(reason)),
      whenDrained: (resume) => resume(),
      whenGone: () => undefined,
    }
    handler({ method: 'GET', read, headers: plexapiHeaders }, reply)
  })
}

/** As `readForKometa`, with the answer as text. What is larger than `maxBytes` rejects. */
export async function readTextForKometa(
  handler: ReadHandler,
  read: AllowedRead,
  maxBytes: number,
): Promise<EarlyRead & { text: string }> {
  const chunks: Buffer[] = []
  let kept = 0
  let encoding: string | undefined
  const end = await readForKometa(handler, read, (chunk, says) => {
    encoding = says
    kept += chunk.length
    if (kept <= maxBytes) chunks.push(chunk)
  })
  if (kept > maxBytes) throw new Error(`an answer of Plex is larger than ${maxBytes} bytes`)
  return { ...end, text: (await decodeBody(Buffer.concat(chunks), encoding, maxBytes)).toString('utf8') }
}
