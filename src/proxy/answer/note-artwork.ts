import { HeldReply } from './held-reply.ts'
import type { PlexKnowledge } from './plex-knowledge.ts'
import type { ReadHandler } from './read-handler.ts'

/**
 * Reads along what the client is told about an item's artwork, by Plex or from memory: only listed artwork may be
 * asked for by `file?url=`. The answer is held until its artwork is noted, since the client's next request may ask for
 * it. An answer larger than `maxBytes` is streamed and not noted.
 */
export function noteArtwork(
  next: ReadHandler,
  knowledge: Pick<PlexKnowledge, 'noteArtwork'>,
  maxBytes: number,
): ReadHandler {
  return (request, reply) => {
    if (request.read.row.answer !== 'artworks' || request.method !== 'GET') {
      next(request, reply)
      return
    }
    // Plex is asked for an answer without compression, which is read along without a decoder.
    const headers = { ...request.headers, 'accept-encoding': undefined }
    const read = (body: Buffer): null => {
      knowledge.noteArtwork(body.toString('utf8'))
      return null
    }
    next({ ...request, headers }, new HeldReply(reply, { maxBytes, read }))
  }
}
