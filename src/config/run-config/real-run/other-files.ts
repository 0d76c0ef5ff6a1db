import { findEntryFiles } from '../../overlays/entry-files.ts'
import { overlayEntries } from '../../overlays/overlay-entries.ts'
import type { JobLibrary } from '../../read/job-libraries.ts'
import type { JobConfig } from '../../read/user-config.ts'
import { readOrNull } from '../../yaml/yaml-files.ts'
import { get, getMap, isMap, textOf, walkScalars, type YamlMap, type YamlValue } from '../../yaml/yaml-value.ts'
import type { OverlayWords } from './overlay-words.ts'

/** A target as metadata files name it: by its own title, or by the title of its show. */
export interface NamedTarget {
  title: string
  /** The title in a metadata file. */
  topTitle: string
}

/** A file of `collection_files` or `metadata_files` that can be read here. */
interface OtherFile {
  /** The name in the config. */
  name: string
  document: YamlValue
}

/** The user's own files under this key. Kometa's defaults change no item. */
async function readFiles(config: JobConfig, { data }: JobLibrary, key: string): Promise<OtherFile[]> {
  const files: OtherFile[] = []
  for (const entry of overlayEntries(get(data ?? undefined, key))) {
    if (entry.form === 'default') continue
    for (const path of await findEntryFiles(entry, config, null)) {
      const document = await readOrNull(config.files, path)
      if (document !== null) files.push({ name: entry.value, document })
    }
  }
  return files
}

/** Labels that collection files set on items, and collections that they make, if an overlay searches for them. */
export async function collectionNotes(config: JobConfig, library: JobLibrary, words: OverlayWords): Promise<string[]> {
  const notes: string[] = []
  for (const { name, document } of await readFiles(config, library, 'collection_files')) {
    const labels = valuesUnder(document, /^item_label(?:\.sync|\.remove)?$/)
    for (const label of labels.filter((one) => words.searchedFor.label.has(one.toLowerCase()))) {
      const cause = `a real run sets the label "${label}" before it draws (${name}: item_label)`
      notes.push(`${cause}, and an overlay looks for it; this preview sees the labels that Plex has now`)
    }
    for (const title of titlesOf(getMap(document, 'collections'))) {
      if (!words.searchedFor.collection.has(title.toLowerCase())) continue
      const cause = `a real run makes or fills the collection "${title}" before it draws (${name})`
      const effect = 'a preview makes no collections, so it sees those that Plex has now'
      notes.push(`${cause}, and an overlay looks for it; ${effect}`)
    }
  }
  return [...new Set(notes)]
}

/** The title of a collection: its key, or its name in Plex. */
const titlesOf = (collections: YamlMap): string[] =>
  [...collections].map(([key, data]) => textOf(get(data, 'name') ?? key))

function valuesUnder(document: YamlValue, wanted: RegExp): string[] {
  const values = new Set<string>()
  walkScalars(document, (scalar, path) => {
    const key = path.findLast((part) => !/^\d+$/.test(part)) ?? ''
    if (!wanted.test(key)) return
    for (const one of textOf(scalar).split(',')) if (one.trim() !== '' && !one.includes('<<')) values.add(one.trim())
  })
  return [...values]
}

/** What metadata files set on the targets: posters, and other values that an overlay may read. */
export async function metadataNotes(
  config: JobConfig,
  library: JobLibrary,
  words: OverlayWords,
  targets: readonly NamedTarget[],
): Promise<string[]> {
  const notes: string[] = []
  for (const { name, document } of await readFiles(config, library, 'metadata_files')) {
    for (const [key, data] of getMap(document, 'metadata')) {
      const named = targets.filter((target) => isAbout(textOf(key), data, target))
      const [first] = named
      if (!first) continue
      const who = named.length === 1 ? first.title : `${first.title} and ${named.length - 1} more`
      for (const what of changesOf(data, words)) {
        notes.push(`a real run sets ${what} of ${who} before it draws (${name}); this preview shows what Plex has now`)
      }
    }
  }
  return [...new Set(notes)]
}

const isAbout = (key: string, data: YamlValue, { topTitle }: NamedTarget): boolean =>
  [key, textOf(get(data, 'title')), textOf(get(data, 'match', 'title')), textOf(get(data, 'alt_title'))].some(
    (name) => name.toLowerCase() === topTitle.toLowerCase(),
  )

const fields: readonly { key: RegExp; what: string; seenBy: RegExp }[] = [
  { key: /^(?:url|file)_poster$/, what: 'the poster', seenBy: /(?:)/ },
  { key: /^label(?:\.sync|\.remove)?$/, what: 'labels', seenBy: /label/i },
  { key: /^critic_rating$/, what: 'the critic rating', seenBy: /critic/i },
  { key: /^audience_rating$/, what: 'the audience rating', seenBy: /audience/i },
  { key: /^user_rating$/, what: 'the user rating', seenBy: /user/i },
  { key: /^content_rating$/, what: 'the content rating', seenBy: /content_rating/i },
  { key: /^genre(?:\.sync|\.remove)?$/, what: 'genres', seenBy: /genre/i },
  { key: /^studio$/, what: 'the studio', seenBy: /studio/i },
  { key: /^edition$/, what: 'the edition', seenBy: /edition/i },
  { key: /^originally_available$/, what: 'the release date', seenBy: /available|release|\byear\b|\bair/i },
]

/** What is set on the item itself or below it, such as the poster of a season. */
function changesOf(data: YamlValue, words: OverlayWords): string[] {
  const keys = new Set<string>()
  const look = (value: YamlValue): void => {
    if (!isMap(value)) return
    for (const [key, item] of value) {
      keys.add(textOf(key))
      look(item)
    }
  }
  look(data)
  return fields
    .filter(({ key, seenBy }) => [...keys].some((one) => key.test(one)) && words.mayName(seenBy))
    .map(({ what }) => what)
}
