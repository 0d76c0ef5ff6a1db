import { type Hole, matchTemplate, type TemplateMatch } from './known-reads/match-template.ts'
import type { ReadTemplate } from './known-reads/read-templates.ts'
import { decodeValue, pairName, pairValue, type Resource, splitResource } from './resource.ts'

/** What a read is about, according to the table row that matches it. */
export interface ReadSubject {
  row: ReadTemplate
  path: string
  /** Raw pairs of the query. */
  pairs: readonly string[]
  section: string | undefined
  /** The items, collections and playlists that the path names. */
  ratingKeys: readonly string[]
  isCollection: boolean
  /** The filter key under which the section lists its tags: `genre`. */
  tag: string | undefined
  /** The artwork name in the path of a picture: `thumb`. */
  element: string | undefined
}

/** What a resource asks for; null if it is not a known read. The parameters are not checked. */
export function recognizeRead(resource: string): ReadSubject | null {
  const split = splitResource(resource)
  const match = matchTemplate(split.path)
  return match ? subjectOf(split, match) : null
}

export function subjectOf({ path, pairs }: Resource, { compiled, holes }: TemplateMatch): ReadSubject {
  const keys = holes['{ids}'] ?? holes['{id}'] ?? holes['{collection}'] ?? holes['{playlist}']
  const hole = (name: Hole) => holes[name]
  return {
    row: compiled.template,
    path,
    pairs,
    section: hole('{section}'),
    ratingKeys: keys === undefined ? [] : keys.split(','),
    isCollection: hole('{collection}') !== undefined,
    tag: hole('{tag}'),
    element: hole('{element}'),
  }
}

/** The item of a plain read of its metadata; null for any other read and for a read of several items. */
export function onlyItem({ row, ratingKeys }: ReadSubject): string | null {
  return row.kept === 'items' && row.answer === 'text' && ratingKeys.length === 1 ? (ratingKeys[0] ?? null) : null
}

/** Plex's type number for collections. */
const collectionPair = 'type=18'

/** The name in a search for a collection (Kometa builder.py:917); null for any other read. */
export function collectionName({ row, section, pairs }: ReadSubject): string | null {
  if (section === undefined || row.answer !== 'listing' || !row.search || !pairs.includes(collectionPair)) return null
  const title = pairs.find((pair) => pairName(pair) === 'title')
  return title === undefined ? null : decodeValue(pairValue(title))
}
