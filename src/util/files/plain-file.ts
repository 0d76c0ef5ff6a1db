import { constants, open, stat } from 'node:fs/promises'
import { readChunks } from '../beneath/file-chunks.ts'

/** Opening a pipe must not wait for its other end. Windows has no such flag. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** A pipe, a device, a folder: reading it could wait for ever, or never end. */
export class NotPlain extends Error {
  override readonly name = 'NotPlain'
}

/** The file holds more than the reader wants. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/**
 * Reads a file of the user's, by whatever links lead to it, and never waits for anybody: what is no file is not opened.
 * Throws NotPlain, TooLarge, and what the system says of a file that is not there or not ours to read.
 */
export async function readPlainFile(path: string, maxBytes: number): Promise<Buffer> {
  if (!(await stat(path)).isFile()) throw new NotPlain(`${path} is not a file`)
  await using file = await open(path, flags)
  // It may have become another thing meanwhile.
  if (!(await file.stat()).isFile()) throw new NotPlain(`${path} is not a file`)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of readChunks(file)) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new TooLarge(`${path} is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
