import type { JobConfig } from '../../config/read/user-config.ts'
import type { NamedTarget } from '../../config/run-config/real-run/other-files.ts'
import { AppError } from '../../contract/errors.ts'
import type { PreviewTarget } from '../../contract/preview.ts'
import { displayTitle, listTitle, type PlexItem, titleWithYear } from '../../plex/items/item.ts'
import { checkPreviewTargets } from '../../plex/lookup/preview-targets.ts'
import { type ResolvedTarget, resolveTargets } from '../../plex/lookup/resolve-target.ts'
import type { JobServers } from '../inputs/connect-servers.ts'
import { findInput } from '../inputs/find-input.ts'
import type { JobFolder } from '../job-folder/job-folder.ts'
import type { JobTarget } from './job-target.ts'
import { outputStems } from './output-name.ts'
import { checkTargetIds, createTargetIds } from './target-id.ts'

/** A target, and what is needed until its before picture is there. */
export interface ChosenTarget extends JobTarget {
  item: PlexItem | null
  /** Place of its server in `JobConfig.servers`. */
  serverIndex: number | null
  /** The before picture that preview.yml names, as a path in the job. */
  input: string | undefined
  /** The picture that Plex showed for it before the run, when its before picture came from there. */
  shown?: { path: string; sha256: string }
}

export interface ChosenTargets {
  targets: ChosenTarget[]
  /** The seasons, shows, albums and artists of the targets, by place of their server. */
  ancestors: Map<number, PlexItem[]>
  notes: string[]
}

/**
 * The targets of preview.yml and of the command line, looked up in Plex, each with its libraries. Throws TARGETS_NONE,
 * TARGET_UNKNOWN, TARGET_AMBIGUOUS, TARGET_ID_DUPLICATE, JOB_PATH_UNSAFE. A target without ratingKey stays, to be reported as missing.
 */
export async function chooseTargets(
  config: JobConfig,
  servers: JobServers,
  options: { specs: readonly string[]; library?: string | undefined; folder: JobFolder },
): Promise<ChosenTargets> {
  const listed = config.preview.targets
  if (listed.length === 0 && options.specs.length === 0) {
    throw new AppError('TARGETS_NONE', 'no target was given', {
      hint: 'Name what to preview with --target, such as --target "Metropolis (1927)", or under preview.targets.',
    })
  }
  checkTargetIds(listed.map(({ id }) => id))
  const context = { servers: servers.targetServers, libraries: servers.libraries }
  const checked = await checkPreviewTargets(listed, context)
  const byId = new Map(checked.map((target) => [target.id, target]))
  const targets: ChosenTarget[] = []
  for (const target of listed) {
    const input = await findInput(options.folder, target)
    targets.push(fromPreview(target, byId.get(target.id), servers, input))
  }
  const notes = checked.flatMap((target) => target.notes)

  if (options.specs.length > 0) {
    const narrowed = options.library === undefined ? {} : { library: options.library }
    const resolved = await resolveTargets(options.specs, { ...context, ...narrowed })
    const nextId = createTargetIds(listed.map(({ id }) => id))
    for (const target of resolved) {
      notes.push(...target.notes)
      targets.push({
        ...placed(target, servers),
        id: nextId(target.item),
        outputStem: '',
        before: null,
        shownHasMark: null,
        input: undefined,
      })
    }
  }
  const stems = outputStems(targets.map(({ id }) => ({ id, output: listed.find((one) => one.id === id)?.output })))
  for (const target of targets) target.outputStem = stems.get(target.id) ?? `${target.id}_after`
  return { targets, ancestors: await readAncestors(targets, servers), notes }
}

/** The targets as metadata files name them, by mapping name. */
export function namedByLibrary(targets: readonly ChosenTarget[]): Map<string, NamedTarget[]> {
  const named = new Map<string, NamedTarget[]>()
  for (const { title, mappings, item } of targets) {
    const topTitle = item?.grandparentTitle ?? (item?.type === 'season' ? item.parentTitle : item?.title) ?? title
    for (const mapping of mappings) named.set(mapping, [...(named.get(mapping) ?? []), { title, topTitle }])
  }
  return named
}

async function readAncestors(
  targets: readonly ChosenTarget[],
  { servers }: JobServers,
): Promise<Map<number, PlexItem[]>> {
  const ancestors = new Map<number, PlexItem[]>()
  for (const { index, reader } of servers) {
    const keys = targets.filter(({ serverIndex }) => serverIndex === index).flatMap((target) => target.ancestors)
    ancestors.set(index, await reader.items([...new Set(keys)]))
  }
  return ancestors
}

function fromPreview(
  target: PreviewTarget,
  found: ResolvedTarget | undefined,
  servers: JobServers,
  input: string | undefined,
): ChosenTarget {
  const own = { id: target.id, outputStem: '', before: null, shownHasMark: null }
  if (found) return { ...placed(found, servers), ...own, input }
  return {
    ...own,
    input,
    ratingKey: null,
    title: target.title ?? target.id,
    logTitle: target.title ?? target.id,
    listTitle: null,
    type: target.type ?? null,
    library: target.library ?? null,
    server: null,
    serverIndex: null,
    sectionId: null,
    mappings: [],
    ancestors: [],
    item: null,
    hasOverlayLabel: false,
    hasOwnPicture: false,
  }
}

function placed({ item, library, libraries, server }: ResolvedTarget, { servers }: JobServers) {
  const serverIndex = Number(server)
  return {
    ratingKey: item.ratingKey,
    title: titleWithYear(item),
    logTitle: displayTitle(item),
    listTitle: listTitle(item),
    type: item.type,
    library: library.libraryName,
    server: servers.find(({ index }) => index === serverIndex)?.id ?? null,
    serverIndex,
    sectionId: item.sectionId,
    mappings: libraries.map(({ mappingName }) => mappingName),
    ancestors: [item.parentRatingKey, item.grandparentRatingKey].filter((key) => key !== null),
    item,
    hasOverlayLabel: item.labels.some((label) => label.toLowerCase() === 'overlay'),
    // Plex names its parent's picture where it has none.
    hasOwnPicture: item.thumb?.startsWith(`/library/metadata/${item.ratingKey}/`) === true,
  }
}
