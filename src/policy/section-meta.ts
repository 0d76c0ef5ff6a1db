import { SaxesParser } from 'saxes'

/**
 * What a section's own Meta (`includeMeta=1`) says can be asked about it. Promise 1 allows no other field or tag list.
 */
export interface SectionMeta {
  /** Search fields without their type prefix. */
  fields: ReadonlySet<string>
  /** Filter keys under which the section lists its tags. */
  tagLists: ReadonlySet<string>
}

/**
 * Fields that plexapi adds by hand for all types (library.py `_manualFields`), without `group` and `having`, which are
 * raw SQL.
 */
const manualFields = [
  'addedAt',
  'audienceRating',
  'duration',
  'guid',
  'id',
  'index',
  'label',
  'lastRatedAt',
  'originallyAvailableAt',
  'rating',
  'ratingCount',
  'unviewedLeafCount',
  'updatedAt',
  'viewOffset',
  'year',
]
/** Raw SQL according to plexapi's own naming ("SQL Having Clause"); never allowed, even if a Meta lists them. */
const neverFields = ['having', 'group']
/** Words that trigger actions under `/library/sections/N/`; never allowed, even if a Meta lists them. */
export const neverTagLists: ReadonlySet<string> = new Set([
  'refresh',
  'analyze',
  'emptyTrash',
  'indexes',
  'intros',
  'optimize',
  'match',
  'agents',
  'delete',
])

/** Types that may be written before a field, as a regular expression. */
export const fieldTypes = 'movie|show|season|episode|artist|album|track|collection|photo|photoalbum|clip'
const plainField = new RegExp(`^(?:(?:${fieldTypes})\\.)?([A-Za-z]{1,64})$`)

/** Limits how many names a broken or hostile answer can make us remember. */
const maxNames = 2_000

/** What every section allows, even while its own Meta is unknown. `label` is plexapi's manual filter. */
export const plainMeta: SectionMeta = { fields: new Set(manualFields), tagLists: new Set(['label']) }

/** The read that fetches a section's Meta, identical to the one that plexapi sends (library.py `_loadFilters`). */
export function metaResource(section: string): string {
  return `/library/sections/${section}/all?includeMeta=1&includeAdvanced=1&X-Plex-Container-Start=0&X-Plex-Container-Size=0`
}

/** Reads fields and filter keys from Plex's XML answer; throws when the XML is not well-formed. */
export function parseSectionMeta(xml: string): SectionMeta {
  const fields = new Set(manualFields)
  const tagLists = new Set(plainMeta.tagLists)
  const parser = new SaxesParser()
  let failure: Error | undefined
  parser.on('error', (error) => {
    failure ??= error
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'Field') addField(fields, attributes.key)
    if (name !== 'Filter') return
    addField(fields, attributes.filter)
    const tag = /^\/library\/sections\/\d+\/([A-Za-z]+)(\?type=\d+)?$/.exec(attributes.key ?? '')?.[1]
    if (tag !== undefined && tagLists.size < maxNames) tagLists.add(tag)
  })
  parser.write(xml).close()
  if (failure) throw new Error('the section Meta is not well-formed XML', { cause: failure })
  for (const name of neverFields) fields.delete(name)
  for (const name of neverTagLists) tagLists.delete(name)
  return { fields, tagLists }
}

/** Adds `show.label` as `label`, because a search may put any type before a field. */
function addField(fields: Set<string>, key: string | undefined): void {
  const field = plainField.exec(key ?? '')?.[1]
  if (field !== undefined && fields.size < maxNames) fields.add(field)
}
