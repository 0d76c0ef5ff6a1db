import { HeldReply } from '../answer/held-reply.ts'
import type { ProxyRead, ReadHandler, ReadReply } from '../answer/read-handler.ts'

/** One item with everything that Plex knows about it has some 100 KB. A larger answer passes unchanged. */
const maxBytes = 16 * 1024 * 1024

/**
 * Answers with what Plex says. `edit` may change it when it is XML and complete, and returns null to leave it as it is.
 */
export function editAnswer(
  next: ReadHandler,
  read: ProxyRead,
  reply: ReadReply,
  edit: (text: string) => string | null,
): void {
  if (read.method === 'HEAD') {
    next(read, reply)
    return
  }
  // Plex is asked for an answer without compression, as it was the first time: then memory can give the same answer.
  const headers = { ...read.headers, 'accept-encoding': undefined }
  const held = new HeldReply(reply, {
    maxBytes,
    holds: (head) => head.status === 200 && /xml/.test(String(head.headers['content-type'] ?? '')),
    read: (body) => {
      const edited = edit(body.toString('utf8'))
      return edited === null ? null : Buffer.from(edited)
    },
  })
  next({ ...read, headers }, held)
}
