import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'

const chunkBytes = 64 * 1024

/**
 * An open file's bytes from a position on, independent of earlier reads and writes. The file stays open, while a stream
 * that Node makes from a FileHandle closes it.
 */
export async function* readChunks(file: FileHandle, from = 0): AsyncGenerator<Buffer> {
  for (let position = from; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** The most characters in one line: a file from somebody else may have no line break at all. */
const maxLineChars = 16 * 1024 * 1024

/** The lines of an open text file. Only `\n` ends a line, because other line breaks may be inside a JSON text. */
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

/** Writes into an open file and syncs it at the end. The file stays open. */
export function writeInto(file: FileHandle): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // writeFile continues when the disk accepts only a part of the chunk.
      file.writeFile(chunk).then(() => done(), done)
    },
    final(done) {
      file.sync().then(() => done(), done)
    },
  })
}
