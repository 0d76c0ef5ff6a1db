import { opendir } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import type { Reach } from '../reach/reach.ts'
import type { JobLibrary } from '../read/job-libraries.ts'

/**
 * The overlay files of each `folder:` in the order in which the user's own Kometa finds them: that of the disk (glob.glob, util.py:521),
 * and so the order in which overlays are drawn. A workspace keeps that order by a link; of the folders that must be real there, this list does.
 */
export async function listOverlayFolders(
  libraries: readonly JobLibrary[],
  places: { kometaCwd: string; configDir: string; hidden: readonly string[]; reach: Reach },
): Promise<Map<string, string[]>> {
  const lists = new Map<string, string[]>()
  for (const { form, value } of libraries.flatMap(({ overlayFiles }) => overlayFiles)) {
    const folder = resolve(places.kometaCwd, value)
    if (form !== 'folder' || lists.has(value) || !isRealInWorkspace(folder, places)) continue
    const names = (await namesInDiskOrder(folder, places.reach)).filter(
      (name) => !places.hidden.includes(join(folder, name)),
    )
    const inOrder = ['.yml', '.yaml'].flatMap((ending) => names.filter((name) => name.endsWith(ending)))
    lists.set(
      value,
      inOrder.map((name) => join(value, name)),
    )
  }
  return lists
}

/** Config folders, what is above them in the working directory, and what is in their `overlays`. */
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

/** `readdir` would sort them. Names with a dot in front are left out, as glob does. */
async function namesInDiskOrder(folder: string, reach: Reach): Promise<string[]> {
  const names: string[] = []
  const found = await reach.find(folder)
  if (found === null) return names
  try {
    for await (const entry of await opendir(found)) if (!entry.name.startsWith('.')) names.push(entry.name)
  } catch {
    // Not there: checkLibraries says so, with the place in the config.
  }
  return names
}
