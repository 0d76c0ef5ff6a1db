import { readPlainFile } from '../../util/files/plain-file.ts'
import type { Reach } from '../reach/reach.ts'
import { readOrNull, type YamlFiles } from '../yaml/yaml-files.ts'
import { type EntryPlaces, findEntryFiles, ownOverlayFiles } from './entry-files.ts'
import { type OverlayEntry, templateEntries } from './overlay-entries.ts'

/** Overlay files that are read, and the size up to which one is. */
const maxFiles = 500
const maxFileBytes = 4 * 1024 * 1024

type OverlaySources = EntryPlaces & {
  libraries: readonly { overlayFiles: readonly OverlayEntry[] }[]
  files: YamlFiles
}

/**
 * The user's overlay files and the template files that they name, as texts: a path in one counts even where only
 * Kometa can tell what it belongs to. A file that is missing or too large is left out: checkLibraries warns of it.
 */
export async function readOverlayTexts(config: OverlaySources): Promise<{ path: string; text: string }[]> {
  const own = await ownOverlayFiles(config)
  const templates = await Promise.all(own.slice(0, maxFiles).map((path) => templateFilesOf(path, config)))
  const paths = [...new Set([...own, ...templates.flat()])].slice(0, maxFiles)
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await readText(path, config.reach) })))
  return texts.filter((file): file is { path: string; text: string } => file.text !== null)
}

/**
 * The files that an overlay file names under `external_templates`; Kometa follows those of a template file no
 * further.
 */
async function templateFilesOf(path: string, config: OverlaySources): Promise<string[]> {
  const entries = templateEntries(await readOrNull(config.files, path))
  return (await Promise.all(entries.map((entry) => findEntryFiles(entry, config, null)))).flat()
}

async function readText(named: string, reach: Reach): Promise<string | null> {
  const path = await reach.way(named)
  return path === null ? null : readPlainFile(path, maxFileBytes).then(String, () => null)
}
