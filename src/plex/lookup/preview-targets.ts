import { AppError } from '../../contract/errors.ts'
import type { PreviewTarget } from '../../contract/preview.ts'
import { displayTitle, titleWithYear } from '../items/item.ts'
import type { TargetLibrary } from './library-lookup.ts'
import { type ResolveContext, type ResolvedTarget, readByKeys } from './resolve-target.ts'
import type { Located } from './title-search.ts'

/** A target of preview.yml and its item in Plex; `notes` say where the file was wrong. */
export interface CheckedTarget extends ResolvedTarget {
  /** The target's id. */
  id: string
}

/**
 * Looks up the targets of preview.yml that have a ratingKey and leaves out the others. If the file disagrees with Plex
 * about type or library, Plex wins. Throws TARGET_UNKNOWN with all unknown targets: those that Plex does not know, and
 * those in a library without overlays in the config.
 */
export async function checkPreviewTargets(
  targets: readonly PreviewTarget[],
  context: Pick<ResolveContext, 'servers' | 'libraries'>,
): Promise<CheckedTarget[]> {
  const keyed = targets.flatMap((target) => (target.ratingKey ? [{ ...target, ratingKey: target.ratingKey }] : []))
  const found = await readByKeys(
    context.servers,
    keyed.map(({ ratingKey }) => ratingKey),
  )
  const checked: CheckedTarget[] = []
  const problems: string[] = []
  for (const target of keyed) {
    const candidates = found.filter(({ item }) => item.ratingKey === target.ratingKey)
    const chosen = choose(target, candidates, context.libraries)
    if (typeof chosen === 'string') problems.push(`target "${target.id}": ${chosen}`)
    else checked.push({ id: target.id, spec: target.ratingKey, ...chosen })
  }
  const [first, ...more] = problems
  if (first === undefined) return checked
  throw new AppError('TARGET_UNKNOWN', more.length > 0 ? `${first} (and ${more.length} more)` : first, {
    hint: 'Plex Web shows the ratingKey in the address of an item, after metadata%2F.',
    details: problems,
  })
}

type Chosen = Omit<CheckedTarget, 'id' | 'spec'>

function choose(
  target: PreviewTarget & { ratingKey: string },
  candidates: readonly Located[],
  libraries: readonly TargetLibrary[],
): Chosen | string {
  const placed = candidates.flatMap((candidate) => {
    const mine = libraries.filter(
      ({ server, sectionId }) => server === candidate.server && sectionId === candidate.item.sectionId,
    )
    const [library] = mine
    return library ? [{ ...candidate, library, libraries: mine }] : []
  })
  // Two servers may use the same ratingKey. The library in the file then decides; without one, the first server wins.
  const named = placed.find(({ libraries: mine }) => mine.some((library) => isNamed(library, target.library)))
  const chosen = named ?? placed[0]
  if (chosen) return { ...chosen, notes: notesOf(target, chosen, placed.length) }
  const [elsewhere] = candidates
  return elsewhere
    ? `"${titleWithYear(elsewhere.item)}" (ratingKey ${target.ratingKey}) is in the Plex library "${elsewhere.item.sectionTitle ?? '?'}", which has no overlays in the config`
    : `Plex has no item with the ratingKey ${target.ratingKey}`
}

function notesOf(
  target: PreviewTarget,
  { item, libraries }: Pick<Chosen, 'item' | 'libraries'>,
  servers: number,
): string[] {
  const notes: string[] = []
  const what = `target "${target.id}"`
  if (target.type && target.type !== item.type) {
    notes.push(`${what} is a ${item.type} in Plex ("${displayTitle(item)}"), not a ${target.type}`)
  }
  const [library] = libraries
  if (target.library && library && !libraries.some((one) => isNamed(one, target.library))) {
    notes.push(`${what} is in the library "${library.libraryName}" in Plex, not in "${target.library}"`)
  } else if (!target.library && servers > 1) {
    notes.push(`${what}: ${servers} servers have this ratingKey; name its library in preview.yml`)
  }
  return notes
}

const isNamed = (library: TargetLibrary, name: string | undefined): boolean =>
  name !== undefined && (library.mappingName === name || library.libraryName === name)
