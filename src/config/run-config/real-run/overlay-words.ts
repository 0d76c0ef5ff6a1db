import { findEntryFiles } from '../../overlays/entry-files.ts'
import type { JobLibrary } from '../../read/job-libraries.ts'
import type { JobConfig } from '../../read/user-config.ts'
import { readOrNull } from '../../yaml/yaml-files.ts'
import { get, textOf, walkScalars, type YamlValue } from '../../yaml/yaml-value.ts'

/** What the overlays of a library read, as far as their files can be read. */
export interface OverlayWords {
  /** Whether an overlay may read what this pattern names. Also true if a file cannot be read here. */
  mayName(pattern: RegExp): boolean
  /** Values of `label:` or `collection:` in searches and filters, in lower case. */
  searchedFor: Record<'label' | 'collection', ReadonlySet<string>>
}

export async function readOverlayWords(
  config: JobConfig,
  library: JobLibrary,
  kometaDir: string | null,
): Promise<OverlayWords> {
  const searchedFor = { label: new Set<string>(), collection: new Set<string>() }
  let words = ''
  let unread = false
  const look = (value: YamlValue): void =>
    walkScalars(value, (scalar, path) => {
      const text = textOf(scalar)
      words += `${path.at(-1) ?? ''} ${text}\n`
      const attribute = attributeOf(path)
      if (attribute !== null) for (const one of text.split(',')) searchedFor[attribute].add(one.trim().toLowerCase())
    })
  look(get(library.data ?? undefined, 'template_variables') ?? null)
  for (const entry of library.overlayFiles) {
    look(entry.templateVariables)
    const paths = await findEntryFiles(entry, config, kometaDir)
    if (paths.length === 0) unread = true
    for (const path of paths) {
      const document = await readOrNull(config.files, path)
      if (document === null) unread = true
      else look(document)
    }
  }
  return { mayName: (pattern) => unread || pattern.test(words), searchedFor }
}

/** The attribute in a path like `plex_search.all.label.not.0`, without list position and modifier. */
function attributeOf(path: readonly string[]): 'label' | 'collection' | null {
  const key = path.findLast((part) => !/^\d+$/.test(part)) ?? ''
  const name = key.split('.')[0]
  return name === 'label' || name === 'collection' ? name : null
}
