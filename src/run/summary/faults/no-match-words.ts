import { isTruthy } from '../../../config/read/normalise.ts'
import type { JobConfig } from '../../../config/read/user-config.ts'
import { get } from '../../../config/yaml/yaml-value.ts'
import type { EmptySearch } from '../../../contract/faults.ts'
import { emptySearchWords, searchesCollection } from '../../../kometa/log/words/nothing-fits.ts'

/** This many searches are named; the rest is a number. */
const namedSearches = 3

/** Why definitions of these libraries match nothing: what they search for is not in Plex. '' if they match. */
export function noMatchWords(
  { libraries }: Pick<JobConfig, 'libraries'>,
  mappings: readonly string[],
  searches: readonly EmptySearch[],
): string {
  const own = searches.filter(({ library }) => mappings.includes(library))
  if (own.length === 0) return ''
  const named = own.slice(0, namedSearches).map(({ words, definitions, count, file }) => {
    const more = count > 1 ? ` and ${count - 1} more` : ''
    return `${emptySearchWords(words)} ("${definitions[0] ?? ''}"${more}${file === null ? '' : ` in ${file}`})`
  })
  const more = own.length - named.length
  const makesCollections = libraries.some(
    ({ mappingName, data }) => mappings.includes(mappingName) && isTruthy(get(data ?? undefined, 'collection_files')),
  )
  const collections =
    makesCollections && own.some(({ words }) => searchesCollection(words))
      ? ' A preview makes none of the collections of collection_files, which a real run makes first.'
      : ''
  const others = more > 0 ? ` and ${more} more` : ''
  return `Plex does not have what is searched for: ${named.join('; ')}${others}.${collections}`
}
