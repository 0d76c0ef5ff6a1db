import { basename, join, relative, resolve, sep } from 'node:path'
import { yamlFilesIn } from '../overlays/entry-files.ts'
import type { Reach } from '../reach/reach.ts'
import type { JobLibrary } from '../read/job-libraries.ts'

/**
 * Lists the overlay files of each `folder:` in the order in which the user's own Kometa finds them. Kometa takes
 * the order of the disk (glob.glob, util.py:497-500) and draws overlays in it. A workspace keeps this order where
 * it links the folder; where the folder must be a real one, the run config names its files one by one in the order
 * of this list.
 */
export async function listOverlayFolders(
  libraries: readonly JobLibrary[],
  places: { kometaCwd: string; configDir: string; hidden: readonly string[]; reach: Reach },
): Promise<Map<string, string[]>> {
  const lists = new Map<string, string[]>()
  for (const { form, value } of libraries.flatMap(({ overlayFiles }) => overlayFiles)) {
    const folder = resolve(places.kometaCwd, value)
    if (form !== 'folder' || lists.has(value) || !isRealInWorkspace(folder, places)) continue
    const files = (await yamlFilesIn(folder, places.reach)).filter((path) => !places.hidden.includes(path))
    lists.set(
      value,
      files.map((path) => join(value, basename(path))),
    )
  }
  return lists
}

/** Config folders, the folders above them, and the folders in their `overlays` are no links in a workspace. */
function isRealInWorkspace(
  folder: string,
  { kometaCwd, configDir }: { kometaCwd: string; configDir: string },
): boolean {
  return [configDir, join(kometaCwd, 'config')].some((home) => {
    const isAbove = home === folder || home.startsWith(folder.endsWith(sep) ? folder : folder + sep)
    const below = relative(join(home, 'overlays'), folder)
    return isAbove || !(below.startsWith('..') || resolve(below) === below)
  })
}
