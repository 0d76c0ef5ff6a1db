import { backupKey, type CopiedBackup } from '../../config/workspace/backups.ts'
import type { BlockedWrite, Capture } from '../../contract/records.ts'
import type { BaseUsed, RealRun } from '../../contract/summary.ts'
import { predictRealRun } from '../../kometa/cache/real-run.ts'
import type { ItemResult } from '../../kometa/log/read/log-events.ts'
import { refusesOverlaid } from '../../kometa/log/words/fault-words.ts'
import { labelWriteOf } from '../../proxy/ledger/item-edits.ts'
import type { KometaRun } from '../kometas/kometa-run.ts'
import type { ShownBefore } from '../pictures/before-pictures.ts'
import type { TargetOutput } from '../pictures/export-outputs.ts'
import type { ImageReads } from '../records/job-recorder.ts'
import type { JobTarget } from '../targets/job-target.ts'
import { baseUsed } from './base-used.ts'

/** What a target's picture is drawn on, what a real run would do, and what could not be undone. */
export interface TargetFacts {
  base: BaseUsed | null
  /** The picture has the item's overlays taken off. */
  restore: boolean
  realRun: RealRun | null
  fault: string | null
  notes: string[]
}

export interface FactsInput {
  /** The Kometas that worked on the target. */
  runs: readonly KometaRun[]
  /** What Kometa's log says of the target. */
  item: ItemResult | undefined
  imageReads: ReadonlyMap<string, ImageReads>
  blocked: readonly BlockedWrite[]
  captures: readonly Capture[]
  /** Why a real run draws nothing in a library today, by its schedule; null if it may draw. */
  notDrawnToday(mapping: string): string | null
  /** Why nothing was drawn, in Kometa's words. */
  reason: string | null
}

export function factsOf({ target, before, mapped }: TargetOutput, input: FactsInput): TargetFacts {
  const { runs, item } = input
  const mapping = item?.library.mapping ?? target.mappings.at(-1) ?? ''
  const run = runs.find(({ libraries }) => libraries.includes(mapping)) ?? runs[0]
  const key = backupKey(mapping, target.ratingKey ?? '')
  const stray = target.hasOverlayLabel ? run?.strayBackups.get(key) : undefined
  const backup = run?.backups.get(key)
  const notes = stray === undefined || backup !== undefined ? [] : [strayNote(stray, mapping)]
  if (mapped.status !== 'exported' || run === undefined) {
    if (input.reason !== null && refusesOverlaid(input.reason)) notes.push(overlaidNote(target, input.captures))
    return { base: null, restore: false, realRun: null, fault: null, notes }
  }
  const { capture } = mapped
  const burnsIn = capture.overlay_mark && isTakenOff(target, capture, input.blocked)
  const restore = mapped.restore || burnsIn
  const base = baseUsed({
    ...{ capture, restore, backup },
    left: run.backupsLeft.get(key) ?? 'none',
    reads: readsOf(target, input.imageReads),
    hasAssets: run.withAssets.has(mapping),
  })
  if (base === 'backup' && backup !== undefined)
    notes.push(...backupNotes(target, backup, { run, key, restore, shown: before?.shown ?? null }))
  return {
    base,
    restore,
    realRun: restore ? null : realRunOf(target, base, { run, mapping, item, today: input.notDrawnToday(mapping) }),
    fault: burnsIn ? burntIn(base, backup) : null,
    notes,
  }
}

/** Why Kometa found a picture of its own where it needed a clean one, and what to do. */
function overlaidNote(target: JobTarget, captures: readonly Capture[]): string {
  if (target.hasOverlayLabel) {
    return (
      'It has the label Overlay, Kometa has no backup of it, and the poster that Kometa took from Plex is one that ' +
      'Kometa made. Add a clean poster to it in Plex.'
    )
  }
  if (target.hasOwnPicture) {
    return (
      'Plex shows a poster that Kometa made, and the item does not have the label Overlay. ' +
      'Choose a clean poster for it in Plex.'
    )
  }
  const isDrawn = captures.some(
    ({ server, rating_key, overlay_mark: mark }) =>
      mark && server === target.server && target.ancestors.includes(rating_key ?? ''),
  )
  const when = isDrawn ? 'on which this run has just drawn overlays' : 'which has overlays already'
  const parent = above[target.type ?? 'episode'] ?? 'parent'
  return `It has no poster of its own: Plex shows that of its ${parent}, ${when}. Give it a poster of its own in Plex.`
}

const above: Readonly<Record<string, string>> = { season: 'show', episode: 'season or show', album: 'artist' }

function realRunOf(
  { ratingKey, hasOverlayLabel: hasLabel }: JobTarget,
  base: BaseUsed | null,
  {
    run,
    mapping,
    item,
    today,
  }: { run: KometaRun; mapping: string; item: ItemResult | undefined; today: string | null },
): RealRun {
  if (today !== null) return { would: 'skip', why: today }
  const reapplies = run.record.runs.some(({ library, reapplies: again }) => library.mapping === mapping && again)
  // An item that was drawn has overlays: if the log names none, it does not tell which.
  const names = item?.overlays.map(({ full }) => full) ?? []
  const overlays = names.length === 0 ? null : names
  const drawn = { ratingKey: ratingKey ?? '', hasLabel, base, reapplies, overlays }
  return predictRealRun(drawn, run.cacheOf(mapping))
}

/** Which of its pictures were read. If it has none of its own, Plex shows its parent's. */
function readsOf(
  { server, ratingKey, ancestors, hasOwnPicture }: JobTarget,
  imageReads: ReadonlyMap<string, ImageReads>,
): (ImageReads | undefined)[] {
  const keys = [ratingKey ?? '', ...(hasOwnPicture ? [] : ancestors)]
  return keys.map((key) => imageReads.get(`${server} ${key}`))
}

/** Whether Kometa took the label off the item, which it does only to an item that it restores. */
function isTakenOff({ server, ratingKey }: JobTarget, { seq }: Capture, blocked: readonly BlockedWrite[]): boolean {
  return blocked.some((write) => {
    if (write.server !== server || write.seq < seq) return false
    const labels = labelWriteOf(write)
    return labels?.ratingKeys.includes(ratingKey ?? '') === true && labels.removed.some(isOverlayLabel)
  })
}

/** `Overlay`, or a label such as `4K Overlay` of Kometa before 1.17. */
const isOverlayLabel = (label: string): boolean => /(?:^| )overlay$/i.test(label)

function burntIn(base: BaseUsed | null, backup: CopiedBackup | undefined): string {
  const from = base === 'backup' && backup ? `its backup ${backup.path}` : 'what Plex has of it'
  return (
    `A real run would put a poster back that has overlays (${from} is no clean picture) and take the label Overlay ` +
    'off: the overlays would stay in the poster for good. Before you run Kometa, add a clean poster to the item in ' +
    'Plex and choose it there, then take the label Overlay off the item.'
  )
}

function backupNotes(
  { hasOwnPicture }: JobTarget,
  { path }: CopiedBackup,
  { run, key, restore, shown }: { run: KometaRun; key: string; restore: boolean; shown: ShownBefore | null },
): string[] {
  const notes: string[] = []
  if (shown?.hasMark === false && hasOwnPicture) {
    const what = restore ? 'Kometa puts its backup back' : 'It is drawn on its backup'
    notes.push(
      `${what} (${path}), although Plex shows another poster now, which Kometa did not make. To keep the poster that ` +
        'Plex shows, take the label Overlay off the item before the next run of Kometa.',
    )
  }
  if (run.overlaidBackups.has(key) && !restore) {
    notes.push(
      `Its backup (${path}) bears Kometa's mark: overlays are drawn on a picture that has some already. Put a clean ` +
        'poster in its place, or remove it and choose a clean poster in Plex.',
    )
  }
  return notes
}

const strayNote = (path: string, mapping: string): string =>
  `A backup of it lies at ${path}, where Kometa does not look: the library is called ${mapping} in the config. If it ` +
  'was renamed, rename that folder as well.'
