import type { JobLibrary } from '../../read/job-libraries.ts'
import { isTruthy } from '../../read/normalise.ts'
import type { JobConfig } from '../../read/user-config.ts'
import { get } from '../../yaml/yaml-value.ts'
import { operationNotes } from './operations.ts'
import { collectionNotes, metadataNotes, type NamedTarget } from './other-files.ts'
import { readOverlayWords } from './overlay-words.ts'
import { stepsBeforeDrawing } from './run-order.ts'
import { scheduleNotes } from './schedule-notes.ts'

export interface RealRunOptions {
  /** Mapping names. */
  libraries: readonly string[]
  kometaDir: string | null
  /** Targets by mapping name. What metadata files set on other items changes no picture of this preview. */
  targets: ReadonlyMap<string, readonly NamedTarget[]>
  now?: Date
}

/**
 * Differences between a real run and a preview that change what is drawn: schedules, and what the rest of the
 * config changes before the overlays are drawn. One sentence for each effect and library.
 */
export async function realRunNotes(config: JobConfig, options: RealRunOptions): Promise<string[]> {
  const { libraries, now = new Date() } = options
  const notes = scheduleNotes(config, libraries, now)
  for (const library of config.libraries.filter(({ mappingName }) => libraries.includes(mappingName))) {
    const own = await effectNotes(config, library, options, now)
    notes.push(...own.map((note) => `"${library.mappingName}": ${note}`))
  }
  return notes
}

async function effectNotes(
  config: JobConfig,
  library: JobLibrary,
  { kometaDir, targets }: RealRunOptions,
  now: Date,
): Promise<string[]> {
  // A library that only removes overlays reads nothing.
  if (library.removeOverlays) return []
  const words = await readOverlayWords(config, library, kometaDir)
  const steps = stepsBeforeDrawing(config, library)
  const notes = steps.has('operations') ? operationNotes(library, words, now) : []
  if (steps.has('metadata')) {
    notes.push(...(await metadataNotes(config, library, words, targets.get(library.mappingName) ?? [])))
    if (isTruthy(get(library.data ?? undefined, 'image_files'))) notes.push(imageFiles)
  }
  if (steps.has('collections')) notes.push(...(await collectionNotes(config, library, words)))
  return notes
}

const imageFiles =
  'a real run sets posters before it draws (image_files); this preview draws on those that Plex shows now'
