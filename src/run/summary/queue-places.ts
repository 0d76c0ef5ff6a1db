import { findEntryFiles } from '../../config/overlays/entry-files.ts'
import type { OverlayEntry } from '../../config/overlays/overlay-entries.ts'
import { countQueuePlaces } from '../../config/overlays/queue-places.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import { readOrNull } from '../../config/yaml/yaml-files.ts'
import { getMap, type YamlKey, type YamlValue } from '../../config/yaml/yaml-value.ts'
import type { KometaOutcome } from '../../kometa/log/outcome/kometa-outcome.ts'
import type { LibraryName, MatchedOverlay } from '../../kometa/log/read/log-events.ts'
import { trimEndOf } from '../../util/trim-end.ts'

/** How many places the queue of an overlay has; null if that is not known. */
export type QueuePlaces = (library: LibraryName, overlay: MatchedOverlay) => number | null

const key = ({ mapping }: LibraryName, number: number, queue: string): string =>
  JSON.stringify([mapping, number, queue])

/** Counts the places of every queue that Kometa filled, in the overlay files that it loaded. */
export async function readQueuePlaces(
  config: JobConfig,
  kometaDir: string | null,
  records: readonly KometaOutcome[],
): Promise<QueuePlaces> {
  const places = new Map<string, number | null>()
  for (const record of records) {
    for (const { library, matched } of record.runs) {
      for (const overlay of matched) {
        const queue = overlay.overlay?.queue
        const number = overlay.file
        if (queue == null || places.has(key(library, number, queue))) continue
        places.set(
          key(library, number, queue),
          await countPlaces(config, kometaDir, record, { library, number, queue }),
        )
      }
    }
  }
  return (library, overlay) => places.get(key(library, overlay.file, overlay.overlay?.queue ?? '')) ?? null
}

async function countPlaces(
  config: JobConfig,
  kometaDir: string | null,
  { overlayFiles }: KometaOutcome,
  { library, number, queue }: { library: LibraryName; number: number; queue: string },
): Promise<number | null> {
  const own = overlayFiles.filter(({ library: { mapping } }) => mapping === library.mapping)
  const at = own.findLastIndex((file) => file.number === number)
  const file = own[at]
  if (!file) return null
  const settings = config.libraries.find(({ mappingName }) => mappingName === library.mapping)
  // The config may name one file several times, each time with other variables.
  const earlier = own.slice(0, at).filter(({ path }) => path === file.path).length
  const entry = settings?.overlayFiles.filter((each) => names(each, file.path))[earlier]
  if (entry === undefined) return null
  // Kometa loads the files of a folder one after the other.
  const one: OverlayEntry = entry.form === 'folder' ? { ...entry, form: 'file', value: file.path } : entry
  const [path] = await findEntryFiles(one, config, kometaDir)
  const document = path === undefined ? null : await readOrNull(config.files, path)
  if (document === null) return null
  const variables = new Map<YamlKey, YamlValue>([
    ...getMap(settings?.data ?? undefined, 'template_variables'),
    ...(entry.templateVariables ?? []),
  ])
  return countQueuePlaces(document, queue, variables)
}

const names = ({ form, value }: OverlayEntry, path: string): boolean =>
  value === path || (form === 'folder' && path.startsWith(trimEndOf(value, '\\/')))
