import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { constants, copyFile, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ImageType } from '../contract/kinds.ts'
import type { Picture } from '../contract/summary.ts'
import { readImageSize } from '../images/image-size.ts'
import { syncFolder } from '../util/atomic-file.ts'
import { renameOver } from '../util/rename.ts'

/** Describes an image file without decoding it. `path` is what goes into the summary. */
export async function describePicture(file: string, path: string, type: ImageType): Promise<Picture> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  const size = await readImageSize(file)
  const { size: bytes } = await stat(file)
  return {
    path,
    type,
    size_bytes: bytes,
    sha256: hash.digest('hex'),
    width: size?.width ?? null,
    height: size?.height ?? null,
  }
}

/** Copies a picture's bytes as they are (promise 4); whole under its final name or not there at all. */
export async function copyPicture(from: string, to: string): Promise<void> {
  const temporary = `${to}.tmp-${process.pid}`
  await copyFile(from, temporary, constants.COPYFILE_FICLONE)
  const file = await open(temporary, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await renameOver(temporary, to)
  await syncFolder(dirname(to))
}
