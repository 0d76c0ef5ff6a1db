import { type FileHandle, open } from 'node:fs/promises'

/** Random access to the bytes of an image. Readers ask for small ranges, and no reader loads a whole image. */
export interface ByteSource {
  size: number
  /** The bytes from `position` on, fewer than `length` only at the end of the image. */
  read(position: number, length: number): Promise<Buffer>
}

/** The bytes of an open file. The caller keeps the handle and closes it. */
export function handleSource(handle: FileHandle, size: number): ByteSource {
  return {
    size,
    async read(position, length) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - position)))
      let filled = 0
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return buffer.subarray(0, filled)
    },
  }
}

/** The bytes of an image in memory, for tests and for headers that are already loaded. */
export function bufferSource(bytes: Uint8Array): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { size: buffer.length, read: async (position, length) => buffer.subarray(position, position + length) }
}

/** Opens a file by its path and closes it afterwards, or uses a given source as it is. */
export async function withSource<T>(image: string | ByteSource, use: (source: ByteSource) => Promise<T>): Promise<T> {
  if (typeof image !== 'string') return use(image)
  const handle = await open(image, 'r')
  try {
    const { size } = await handle.stat()
    return await use(handleSource(handle, size))
  } finally {
    await handle.close()
  }
}
