import type { Picture } from '../../contract/summary.ts'
import { handleSource } from '../../images/byte-source.ts'
import { readOverlayMark } from '../../images/exif-mark.ts'
import { readImageSize } from '../../images/image-size.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import type { BeforePicture } from './before-picture.ts'

/** Describes a picture that was hashed while it was written. It is not decoded. */
export async function describePicture(
  files: Beneath,
  { file: path, type, bytes, sha256 }: Pick<BeforePicture, 'file' | 'type' | 'bytes' | 'sha256'>,
): Promise<Picture> {
  await using file = await files.open(path, 'read')
  const size = await readImageSize(handleSource(file, bytes))
  return { path, type, size_bytes: bytes, sha256, width: size?.width ?? null, height: size?.height ?? null }
}

/** Whether a picture of a job bears Kometa's mark. */
export async function hasOverlayMark(files: Beneath, path: string): Promise<boolean> {
  await using file = await files.open(path, 'read')
  return await readOverlayMark(handleSource(file, (await file.stat()).size))
}
