import { basename, dirname } from 'node:path'
import { warningLabel } from '../../../config/overlays/overlay-check.ts'
import type { LoggedFile } from '../../../kometa/log/read/log-events.ts'

/** A file or a definition that Kometa has said something about. */
export interface Told {
  library: string
  file: LoggedFile
  definition: string | null
}

/** The warnings from before the run, without those that Kometa's own words repeat: one cause is said once. */
export function withoutTold(warnings: readonly string[], told: readonly Told[]): string[] {
  const beginnings = told.flatMap(({ library, file, definition }) =>
    labelsOf(library, file).map((label) => `${label}: ${definition === null ? '' : `${definition}: `}`),
  )
  return warnings.filter((warning) => !beginnings.some((beginning) => warning.startsWith(beginning)))
}

/** The labels under which the config may name it: by a key, as a bare path, by its folder. */
function labelsOf(library: string, { form, path: value }: LoggedFile): string[] {
  const named = form.toLowerCase()
  if (named === 'folder') return [warningLabel(library, { form: 'folder', value })]
  if (named !== 'file') return [warningLabel(library, { form: 'default', value })]
  const forms = (['file', 'path'] as const).map((each) => warningLabel(library, { form: each, value }))
  return [...forms, `${warningLabel(library, { form: 'folder', value: dirname(value) })} ${basename(value)}`]
}
