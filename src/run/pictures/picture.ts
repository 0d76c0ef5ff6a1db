import { createHash } from 'node:crypto'
import type { ImageType } from '../../contract/kinds.ts'
import type { Picture } from '../../contract/summary.ts'
import { handleSource } from '../../images/byte-source.ts'
import { readOverlayMark } from '../../images/exif-mark.ts'
import { readImageSize } from '../../images/image-size.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import { readChunks } from '../../util/beneath/file-chunks.ts'

/** Describes an image file of a job without decoding it. */
export async function describePicture(files: Beneath, path: string, type: ImageType): Promise<Picture> {
  await using file = await files.open(path, 'read')
  const { size: bytes } = await file.stat()
  const hash = createHash('sha256')
  for await (const chunk of readChunks(file)) hash.update(chunk)
  const size = await readImageSize(handleSource(file, bytes))
  return {
    path,
    type,
    size_bytes: bytes,
    sha256: hash.digest('hex'),
    width: size?.width ?? null,
    height: size?.height ?? null,
  }
}

/** Whether a picture of a job carries Kometa's mark. */
export async function hasOverlayMark(files: Beneath, path: string): Promise<boolean> {
  await using file = await files.open(path, 'read')
  return await readOverlayMark(handleSource(file, (await file.stat()).size))
}
