import type { OverlayName } from '../read/log-events.ts'

/** Kometa's full name of a definition: `Overlay File (0) 4K`. */
const fullName = /^Overlay File \((\d+)\) (.*)$/s

/** `Overlay File (0) 4K` -> 0 and `4K`; null when the text is not a full name. */
export function splitFullName(full: string): { file: number; name: string } | null {
  const [, file, name] = fullName.exec(full) ?? []
  return name === undefined ? null : { file: Number(file), name }
}

/** The definition's own name in a full name. */
export const shortNameOf = (full: string): string => splitFullName(full)?.name ?? full

/** `Overlay File (0) A, Overlay File (1) B, C` -> A and `B, C`. */
export function parseOverlayNames(list: string): OverlayName[] {
  return list
    .split(/, (?=Overlay File \(\d{1,9}\) )/)
    .filter((full) => full !== '')
    .map((full) => ({ name: shortNameOf(full), full }))
}
