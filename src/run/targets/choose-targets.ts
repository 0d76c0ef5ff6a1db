import type { JobConfig } from '../../config/read/user-config.ts'
import type { NamedTarget } from '../../config/run-config/real-run/other-files.ts'
import { AppError } from '../../contract/errors.ts'
import type { PreviewTarget } from '../../contract/preview.ts'
import { displayTitle, listTitle, type PlexItem, titleWithYear } from '../../plex/items/item.ts'
import { checkPreviewTargets } from '../../plex/lookup/preview-targets.ts'
import { type ResolvedTarget, resolveTargets } from '../../plex/lookup/resolve-target.ts'
import type { JobServers } from '../inputs/connect-servers.ts'
import { findInput } from '../inputs/find-input.ts'
import type { JobTarget } from './job-target.ts'
import { withOutputStems } from './output-name.ts'
import { checkTargetIds, createTargetIds } from './target-id.ts'

/** A target, and what the job needs to know of it while it runs. */
export interface ChosenTarget extends JobTarget {
  item: PlexItem | null
  /** Index of its server in `JobConfig.servers`. */
  serverIndex: number | null
  /** The before picture that preview.yml names, as a path in the job. */
  input: string | undefined
}

export interface ChosenTargets {
  targets: ChosenTarget[]
  /** The seasons, shows, albums and artists above the targets, by the index of their server. */
  ancestors: Map<number, PlexItem[]>
  notes: string[]
}

/** What Plex says of a target; its id and its file names come from elsewhere. */
type PlacedTarget = Omit<ChosenTarget, 'id' | 'outputStem' | 'input'>
/** A target whose file name is not known yet, since no two of all targets may share one. */
type NamedTargetSource = Omit<ChosenTarget, 'outputStem'> & { output: string | undefined }

/**
 * Looks up in Plex the targets of preview.yml and of the command line, each with its libraries. A target without a
 * ratingKey stays, to be reported as missing. Throws TARGETS_NONE, TARGET_UNKNOWN, TARGET_AMBIGUOUS,
 * TARGET_ID_DUPLICATE and JOB_PATH_UNSAFE.
 */
export async function chooseTargets(
  config: JobConfig,
  servers: JobServers,
  options: { specs: readonly string[]; library?: string | undefined; jobDir: string },
): Promise<ChosenTargets> {
  const listed = config.preview.targets
  if (listed.length === 0 && options.specs.length === 0) {
    throw new AppError('TARGETS_NONE', 'no target was given', {
      hint: 'Name what to preview with --target, such as --target "Metropolis (1927)", or under preview.targets.',
    })
  }
  const ofFile = await targetsOfFile(listed, servers, options.jobDir)
  const ofCommand = await targetsOfCommand(options, servers, new Set(listed.map(({ id }) => id)))
  const targets = withOutputStems([...ofFile.targets, ...ofCommand.targets]).map(({ output: _, ...target }) => target)
  return {
    targets,
    ancestors: await readAncestors(targets, servers),
    notes: [...ofFile.notes, ...ofCommand.notes],
  }
}

interface FoundTargets {
  targets: NamedTargetSource[]
  notes: string[]
}

async function targetsOfFile(
  listed: readonly PreviewTarget[],
  servers: JobServers,
  jobDir: string,
): Promise<FoundTargets> {
  checkTargetIds(listed.map(({ id }) => id))
  const checked = await checkPreviewTargets(listed, lookupContext(servers))
  const byId = new Map(checked.map((target) => [target.id, target]))
  const targets: NamedTargetSource[] = []
  for (const target of listed) {
    const found = byId.get(target.id)
    const placed = found ? placedTarget(found, servers) : unplacedTarget(target)
    targets.push({ ...placed, id: target.id, input: await findInput(jobDir, target), output: target.output })
  }
  return { targets, notes: checked.flatMap((target) => target.notes) }
}

async function targetsOfCommand(
  { specs, library }: { specs: readonly string[]; library?: string | undefined },
  servers: JobServers,
  takenIds: ReadonlySet<string>,
): Promise<FoundTargets> {
  if (specs.length === 0) return { targets: [], notes: [] }
  const resolved = await resolveTargets(specs, {
    ...lookupContext(servers),
    ...(library === undefined ? {} : { library }),
  })
  const nextId = createTargetIds(takenIds)
  const targets = resolved.map((target) => {
    return { ...placedTarget(target, servers), id: nextId(target.item), input: undefined, output: undefined }
  })
  return { targets, notes: resolved.flatMap((target) => target.notes) }
}

const lookupContext = ({ targetServers, libraries }: JobServers) => ({ servers: targetServers, libraries })

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

/** A target of preview.yml that names no item of Plex. */
function unplacedTarget({ id, title, type, library }: PreviewTarget): PlacedTarget {
  return {
    ratingKey: null,
    title: title ?? id,
    logTitle: title ?? id,
    listTitle: null,
    type: type ?? null,
    library: library ?? null,
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

function placedTarget({ item, library, libraries, server }: ResolvedTarget, { servers }: JobServers): PlacedTarget {
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
    // An item without a picture of its own names its parent's picture here.
    hasOwnPicture: item.thumb?.startsWith(`/library/metadata/${item.ratingKey}/`) === true,
  }
}
