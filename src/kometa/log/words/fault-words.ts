import { isEmptySearch } from './nothing-fits.ts'

/** What Kometa's words for a fault tell about its place and its cause. */
export interface FaultDetails {
  /** A search for a tag, a collection or a pattern that nothing in Plex has. */
  isEmptySearch: boolean
  /** The path of an entry in overlay_files that does not exist. */
  missingPath: string | null
  /** The name of a definition that is not a dictionary. */
  notDictionary: string | null
  /** Kometa could not parse the file as YAML. */
  isYamlError: boolean
  /** The last line number in the message. */
  line: number | null
}

/** Reads the words of a fault and the further lines of the message. */
export const readFaultWords = (words: string, lines: readonly string[]): FaultDetails => ({
  isEmptySearch: isEmptySearch(words),
  // Kometa names only the path (util.py:549).
  missingPath: /^Config Error: Path not found: (.+)$/.exec(words)?.[1] ?? null,
  notDictionary: /^Config Warning: overlay: (.+) must be a dictionary$/.exec(words)?.[1] ?? null,
  isYamlError: words.startsWith('YAML Error'),
  line: lastLineNumber([words, ...lines]),
})

function lastLineNumber(lines: readonly string[]): number | null {
  const found = lines.flatMap((line) => [...line.matchAll(/\bline (\d+)/g)].map(([, digits]) => Number(digits)))
  return found.at(-1) ?? null
}

/** Whether the words are about the image of an overlay (overlay.py:217-223, request.py:131-136). */
export const isAboutImage = (words: string): boolean => /\bimage\b|attempting download/i.test(words)

/** Whether Kometa refuses to draw on a picture that already has overlays (library.py:496-512). */
export const refusesOverlaid = (words: string): boolean => words.includes('already has an Overlay')

/** Whether Kometa asked for a new login, which nobody can answer in a preview (util.py:330-339). */
export const asksForLogin = (words: string): boolean => words.includes('Input Failed')
