import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRememberingReply } from '../../src/proxy/memo/remembering-reply.ts'

// Regression: the disk's second pause within one answer never ended, so every larger poster hung until its client gave
// up.
test('a picture larger than one disk write is recorded to its end, however often the disk pauses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recording-drain-'))
  const path = join(folder, 'picture')
  const pieces = Array.from({ length: 200 }, () => randomBytes(16 * 1024))
  const reply = createRememberingReply(null, path, { maxTextBytes: 1024, maxImageBytes: 64 * 1024 * 1024 })
  reply.begin(200, { 'content-type': 'image/jpeg' })
  let next = 0
  let pauses = 0
  const send = () => {
    for (; next < pieces.length; ) {
      const piece = pieces[next++] ?? Buffer.alloc(0)
      if (reply.write(piece)) continue
      pauses += 1
      // Like the forwarding reader: it asks once, and relies on every drain after that.
      if (pauses === 1) reply.whenDrained(send)
      return
    }
    reply.end()
  }
  send()
  const answer = await reply.answer
  expect(pauses).toBeGreaterThan(1)
  expect(answer.body).toEqual({ kind: 'file', path, size: 200 * 16 * 1024 })
  expect((await readFile(path)).equals(Buffer.concat(pieces))).toBe(true)
  await rm(folder, { recursive: true })
})
