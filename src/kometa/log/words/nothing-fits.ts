const prefix = 'Plex Error: '
const notFound = ' not found'

const noItemsFound = `${prefix}No Items found in Plex`

/**
 * Whether an error only says that nothing in Plex fits a definition. Default files cause dozens of these, and in a
 * preview most overlays fit none of the few items (builder.py:4001, 4112, overlays.py:631).
 */
export function saysNothingFits(line: string): boolean {
  if (!line.startsWith(prefix)) return false
  if (line === noItemsFound || line.includes(': No matches found with regex pattern ')) return true
  return line.endsWith(notFound) && line.length > prefix.length + notFound.length
}

/** Whether a search asks for a tag, a collection or a pattern that nothing in Plex has (builder.py:4001, 4112). */
export const isEmptySearch = (words: string): boolean => saysNothingFits(words) && words !== noItemsFound

/** The words of an empty search without Kometa's prefix: `resolution: 8k not found`. */
export const emptySearchWords = (words: string): string =>
  words.startsWith(prefix) ? words.slice(prefix.length) : words

/** Whether an empty search asks for a collection. */
export const searchesCollection = (words: string): boolean => /^Plex Error: collection: /i.test(words)
