const prefix = 'Plex Error: '
const notFound = ' not found'

export const noItemsFound = `${prefix}No Items found in Plex`

/**
 * Whether an error of Kometa only says that nothing in Plex fits a definition: default files make dozens of them, and in a preview
 * most overlays fit none of the few items (builder.py:4001, 4112, overlays.py:631).
 */
export function saysNothingFits(line: string): boolean {
  if (!line.startsWith(prefix)) return false
  if (line === noItemsFound || line.includes(': No matches found with regex pattern ')) return true
  return line.endsWith(notFound) && line.length > prefix.length + notFound.length
}
