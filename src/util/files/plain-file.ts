import { constants, open, stat } from 'node:fs/promises'
import { readChunks } from '../beneath/file-chunks.ts'

/** Opening a pipe must not wait for the other end. Windows has no such flag. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** The path is a pipe, a device or a folder. Reading it could block forever or never end. */
export class NotPlain extends Error {
  override readonly name = 'NotPlain'
}

/** The file is larger than the reader accepts. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

/**
 * Reads a file of the user, following any links, and never blocks: whatever is not a file is not opened. Throws
 * NotPlain, TooLarge, and the system's error for a file that is missing or that we may not read.
 */
export async function readPlainFile(path: string, maxBytes: number): Promise<Buffer> {
  if (!(await stat(path)).isFile()) throw new NotPlain(`${path} is not a file`)
  await using file = await open(path, flags)
  // The path may have changed to something else since the first check.
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
