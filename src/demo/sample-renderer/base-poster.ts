import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bufferSource } from '../../images/byte-source.ts'
import { readOverlayMark } from '../../images/exif-mark.ts'
import { sniffImage } from '../../images/sniff.ts'
import type { Item } from './item.ts'
import type { Library } from './library.ts'

const endings = ['png', 'jpg', 'webp'] as const

/** Where Kometa keeps the clean pictures of a library. */
export interface BackupFolder {
  path: string
}

/** The picture to draw on, from the place where Kometa takes it (overlays.py:180-219). Throws in Kometa's words. */
export async function basePoster(library: Library, item: Item, backups: BackupFolder): Promise<Uint8Array> {
  const labelled = item.labels.some((label) => label.toLowerCase() === 'overlay')
  const kept = backupOf(item, backups)
  if (labelled && kept !== null) return await readFile(kept)
  const url = labelled ? await cleanPosterUrl(library, item) : currentPosterUrl(library, item)
  if (url === null) throw new Error('Overlay Error: No poster found')
  const image = await library.plex.image(url)
  if (await readOverlayMark(bufferSource(image))) {
    throw new Error(
      'Overlay Error: This item’s poster already has an Overlay. ' +
        'There is no Kometa setting to change; manual attention required.',
    )
  }
  await writeFile(join(backups.path, `${item.ratingKey}.${sniffImage(image) ?? 'jpg'}`), image)
  return image
}

/** The backup of an item, if there is one. */
export function backupOf(item: Pick<Item, 'ratingKey'>, backups: BackupFolder): string | null {
  const paths = endings.map((ending) => join(backups.path, `${item.ratingKey}.${ending}`))
  return paths.find((path) => existsSync(path)) ?? null
}

function currentPosterUrl(library: Library, item: Item): string | null {
  return item.thumb === null ? null : library.plex.urlWithToken(item.thumb)
}

/** The first poster in Plex's list that is not an overlay of an earlier run (plex.py:983-1024). */
export async function cleanPosterUrl(library: Library, item: Pick<Item, 'ratingKey'>): Promise<string | null> {
  const container = await library.plex.query(`/library/metadata/${item.ratingKey}/posters`, { paged: true })
  for (const { attributes } of container.children) {
    const { key = '', ratingKey = '' } = attributes
    if (!key.startsWith('/')) return key === '' ? null : key
    const url = library.plex.urlWithToken(key)
    const isOverlay =
      ratingKey.startsWith('upload') && (await readOverlayMark(bufferSource(await library.plex.image(url))))
    if (!isOverlay) return url
  }
  return null
}
