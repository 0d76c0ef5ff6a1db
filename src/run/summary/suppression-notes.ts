import type { KometaOutcome, LibraryRun } from '../../kometa/log/outcome/kometa-outcome.ts'
import type { MatchedOverlay } from '../../kometa/log/read/log-events.ts'

/**
 * A sentence for each overlay that is drawn although another one suppresses it on the same item: Kometa looks up the
 * names under `suppress_overlays` in one file only (overlay.py:167).
 */
export const suppressionNotes = (records: readonly KometaOutcome[]): string[] => [
  ...new Set(records.flatMap((record) => record.runs.flatMap((run) => notesOf(run, record)))),
]

function notesOf(run: LibraryRun, record: KometaOutcome): string[] {
  const { library, matched } = run
  return matched.flatMap((overlay) =>
    overlay.suppresses.flatMap((name) => {
      const others = matched.filter((one) => one.name === name && one !== overlay)
      const inOwnFile = others.some((one) => one.file === overlay.file)
      const other = others.find((one) => sharesItem(one, overlay))
      if (inOwnFile || !other) return []
      const where = (one: MatchedOverlay): string => fileOf(one, run, record)
      return [
        `"${library.mapping}": "${overlay.name}"${where(overlay)} suppresses "${name}", which is in another file` +
          `${where(other)}: Kometa suppresses within one file only, so that both are drawn`,
      ]
    }),
  )
}

const sharesItem = (one: MatchedOverlay, other: MatchedOverlay): boolean =>
  one.titles?.some((title) => other.titles?.includes(title)) === true

function fileOf({ file: number }: MatchedOverlay, { library }: LibraryRun, { overlayFiles }: KometaOutcome): string {
  const file = overlayFiles.findLast((one) => one.number === number && one.library.mapping === library.mapping)
  return file ? ` (${file.path})` : ''
}
