import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'

const chunkBytes = 64 * 1024

/**
 * An open file's bytes from a place on, whatever was read or written before. The file stays open: a stream that Node
 * makes of a FileHandle closes it with itself.
 */
export async function* readChunks(file: FileHandle, from = 0): AsyncGenerator<Buffer> {
  for (let position = from; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** Characters of one line: a file of somebody else's may have no line break at all. */
const maxLineChars = 16 * 1024 * 1024

/** The lines of an open text file, which end with `\n` alone: other line breaks may stand inside a JSON text. */
export async function* readLines(file: FileHandle): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let rest = ''
  for await (const chunk of readChunks(file)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLineChars) throw new Error(`a line is longer than ${maxLineChars} characters`)
    yield* lines
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}

/** Writes into an open file, and syncs it at the end. The file stays open. */
export function writeInto(file: FileHandle): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // writeFile goes on where a disk takes only part of it.
      file.writeFile(chunk).then(() => done(), done)
    },
    final(done) {
      file.sync().then(() => done(), done)
    },
  })
}
