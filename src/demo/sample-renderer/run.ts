import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { kometaFilename } from '../../config/read/environment/kometa-filename.ts'
import { messageOf } from '../../util/unknown-error.ts'
import { applyOverlays, removeOverlays } from './apply.ts'
import { compile, type Plan } from './compile.ts'
import { definitionsOf } from './definitions.ts'
import type { KometaLog } from './kometa-log.ts'
import { connectLibrary, type Library } from './library.ts'
import { createPlexClient, type PlexClient } from './plex-client.ts'
import { type LibrarySettings, readRunSettings } from './run-settings.ts'

/** One overlay run over the libraries of a run config, in Kometa's order and with its log lines. */
export async function run({ configPath, log }: { configPath: string; log: KometaLog }): Promise<void> {
  log.info('kometa.py', 'Sample renderer: a stand-in that plays Kometa’s part for the demo. This is not Kometa.')
  log.separator('kometa.py', 'Starting Run')
  const libraries = await readRunSettings(configPath)
  const clients: PlexClient[] = []
  try {
    const connected: Library[] = []
    for (const settings of libraries) {
      log.secret(settings.url)
      log.secret(settings.token)
      const plex = createPlexClient(settings.url, settings.token)
      clients.push(plex)
      const library = await connect(settings, plex, log)
      if (library) connected.push(library)
    }
    if (connected.length === 0) throw new Error('Plex Error: No Plex libraries were connected to')
    for (const library of connected) await runLibrary(library, configPath, log)
  } finally {
    for (const client of clients) client.close()
  }
  log.separator('kometa.py', 'Finished Run')
}

async function connect(settings: LibrarySettings, plex: PlexClient, log: KometaLog): Promise<Library | null> {
  const { mapping, title } = settings
  const shown = title === mapping ? mapping : `${title} (${mapping})`
  log.info('config.py', `Connecting to ${shown} Library...`)
  try {
    const library = await connectLibrary(settings, plex, log)
    log.info('config.py', `${shown} Library Connection Successful`)
    const loaded = scanFiles(library, log)
    if (!settings.removeOverlays && loaded === 0) {
      throw new Error('Config Error: No valid overlay file for the sample renderer')
    }
    return library
  } catch (error) {
    log.error('config.py', messageOf(error))
    log.info('config.py', `${shown} Library Connection Failed`)
    return null
  }
}

/** Logs each overlay file like Kometa, and returns how many of the files can be drawn. */
function scanFiles({ settings, type }: Library, log: KometaLog): number {
  log.separator('config.py', 'Scanning Files')
  let loaded = 0
  for (const entry of settings.overlayFiles) {
    const made = definitionsOf(entry, type)
    const [form = '', value = ''] = /^(\w+): (.*)$/.exec(entry.shown)?.slice(1) ?? ['file', entry.shown]
    log.separator('meta.py', `Loading Overlay File ${loaded} ${kometaForms[form] ?? 'File'}: ${value}`)
    if (typeof made === 'string') {
      log.error('library.py', `Overlay Error: ${made}`)
      log.info('library.py', 'Overlay File Failed To Load')
    } else {
      loaded += 1
      log.info('meta.py', 'Overlay File Loaded Successfully')
    }
  }
  return loaded
}

/** Kometa's words for the key of an entry (util.py:488-510). */
const kometaForms: Readonly<Record<string, string>> = {
  default: 'Default',
  pmm: 'Default',
  url: 'URL',
  git: 'Git',
  repo: 'Repo',
}

async function runLibrary(library: Library, configPath: string, log: KometaLog): Promise<void> {
  const { mapping, title, removeOverlays: removeAll } = library.settings
  const plural = library.type === 'movie' ? 'Movies' : 'Shows'
  log.separator('kometa.py', `${mapping} Library`)
  log.info('plex.py', `Loading All ${plural} from Library: ${title}`)
  const items = await library.listing(library.type)
  log.info('plex.py', `Loaded ${items.length} ${plural}`)
  log.separator('overlays.py', `${title} Library Overlays`)
  const backups = { path: join(dirname(configPath), 'overlays', `${kometaFilename(mapping)} Original Posters`) }
  await mkdir(backups.path, { recursive: true })
  const plans = removeAll ? new Map<string, Plan>() : await compile(library, log)
  const labelled = await library.labelled()
  await removeOverlays(
    library,
    labelled.filter(({ ratingKey }) => !plans.has(ratingKey)),
    backups,
    log,
  )
  if (!removeAll) {
    const order = [...plans.values()].sort((a, b) => compareTitles(a.item.sortKey, b.item.sortKey))
    await applyOverlays(library, order, backups, log)
  }
  log.separator('overlays.py', `Finished ${title} Library Overlays`)
}

/** Python compares by code points. */
const compareTitles = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
