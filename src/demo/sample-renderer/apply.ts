import { readFile, rm } from 'node:fs/promises'
import { messageOf } from '../../util/unknown-error.ts'
import { type BackupFolder, backupOf, basePoster, cleanPosterUrl } from './base-poster.ts'
import type { Plan } from './compile.ts'
import { episodeCanvas, posterCanvas } from './drawing/badges.ts'
import { composeOverlay } from './drawing/compose.ts'
import { type Item, levelNumbers } from './item.ts'
import type { KometaLog } from './kometa-log.ts'
import type { Library } from './library.ts'

/** Draws and uploads item by item, in the order of their titles (overlays.py:73-572). */
export async function applyOverlays(
  library: Library,
  plans: readonly Plan[],
  backups: BackupFolder,
  log: KometaLog,
): Promise<void> {
  log.separator('overlays.py', `Applying Overlays for the ${library.settings.title} Library`)
  for (const [i, plan] of plans.entries()) {
    const { item, overlays } = plan
    const names = overlays.map(({ name }) => name).join(', ')
    log.ghost(`Overlaying: (${i + 1}/${plans.length}) ${item.displayTitle}`)
    try {
      if (item.showKey !== null) await readShow(library, item.showKey)
      log.info('overlays.py', `(${i + 1}/${plans.length}) ${item.displayTitle}`)
      const base = await basePoster(library, item, backups)
      const badges = overlays.map(({ definition }) => definition.badge(item))
      const canvas = item.level === 'episode' ? episodeCanvas : posterCanvas
      const drawn = await composeOverlay(base, badges, canvas, library.settings.quality)
      await library.plex.post(`/library/metadata/${item.ratingKey}/posters`, drawn)
      await addLabel(library, item)
      log.info('overlays.py', `  Overlays Applied: ${names}`)
    } catch (error) {
      const words = messageOf(error)
      const reason = words.startsWith('Overlay Error') ? words : `Overlay Error: ${words}`
      log.error('overlays.py', `  ${reason}\n  Overlays Attempted on ${item.displayTitle}: ${names}`)
    }
  }
}

/** Restores the clean poster of labelled items that no definition matches any more (overlays.py:54-71, 697-721). */
export async function removeOverlays(
  library: Library,
  items: readonly Pick<Item, 'ratingKey' | 'level'>[],
  backups: BackupFolder,
  log: KometaLog,
): Promise<void> {
  const { title, removeOverlays: all } = library.settings
  if (items.length === 0) {
    log.separator('overlays.py', `No Overlays to Remove for the ${title} Library`)
    return
  }
  log.separator('overlays.py', `Removing ${all ? 'All ' : ''}Overlays for the ${title} Library`)
  for (const [i, { ratingKey, level }] of items.entries()) {
    const item = await library.item(ratingKey, level)
    log.ghost(`Restoring: ${i + 1}/${items.length} ${item.displayTitle}`)
    const kept = backupOf(item, backups)
    const url = kept === null ? await cleanPosterUrl(library, item) : null
    const posters = `/library/metadata/${ratingKey}/posters`
    if (kept !== null) await library.plex.post(posters, await readFile(kept))
    else if (url !== null) await library.plex.post(`${posters}?url=${encodeURIComponent(url)}`)
    else {
      log.error('overlays.py', `No Poster found to restore for ${item.displayTitle}`)
      continue
    }
    await editLabels(library, item, 'label%5B%5D.tag.tag-=Overlay')
    if (kept !== null) await rm(kept)
  }
}

/**
 * Sends nothing if the item has the label. Otherwise it sends the existing labels first (plexapi
 * mixins/edit.py:288-298).
 */
async function addLabel(library: Library, item: Item): Promise<void> {
  if (item.labels.some((label) => label.toLowerCase() === 'overlay')) return
  const tags = [...item.labels, 'Overlay'].map((label, i) => `label%5B${i}%5D.tag.tag=${encodeURIComponent(label)}`)
  await editLabels(library, item, tags.join('&'))
}

async function editLabels(library: Library, item: Item, change: string): Promise<void> {
  const query = `id=${item.ratingKey}&label.locked=1&${change}&type=${levelNumbers[item.level]}`
  await library.plex.put(`/library/sections/${library.section}/all?${query}`)
}

/** Kometa reads the show of each season and episode twice: for the sort title and for the assets. */
async function readShow(library: Library, showKey: string): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await library.plex.query(`/library/metadata/${showKey}?includeGuids=1`, { paged: true })
  }
}
