import type { JobConfig } from '../../config/read/user-config.ts'
import { makeRunConfig, type RunConfig } from '../../config/run-config/run-config.ts'
import { hasAssetFolder } from '../../config/workspace/asset-folders.ts'
import type { CopiedBackup } from '../../config/workspace/backups.ts'
import { createWorkspace, type Workspace } from '../../config/workspace/workspace.ts'
import { readOverlayMark } from '../../images/exif-mark.ts'
import { ownIdentity } from '../../util/process-identity.ts'
import { type KometaCache, prepareKometaCache } from '../around-kometa/kometa-cache.ts'
import type { Job } from '../job.ts'
import { workspacesOf } from '../job-folder/workspaces.ts'
import { closeOnFailure } from '../resources.ts'
import type { ChosenTarget } from '../targets/choose-targets.ts'
import type { KometaOrder, KometasShared } from './kometa-order.ts'

/** All that one Kometa is given. Disposing removes its workspace, unless the user wants to keep it. */
export interface PreparedKometa extends AsyncDisposable {
  workspace: Workspace
  cache: KometaCache
  /** What differs between the user's config and the run config, in words. */
  changes: readonly string[]
  warnings: readonly string[]
  /** By `backupKey`, the clean originals that bear Kometa's mark. */
  overlaidBackups: ReadonlySet<string>
  /** Mapping names of the libraries that have an asset folder. */
  withAssets: ReadonlySet<string>
  /** Variables that make Kometa trust the job's certificate authority. */
  trustEnv: Readonly<Record<string, string>>
}

/** Writes the run config and the workspace of one Kometa. */
export async function prepareKometa(job: Job, shared: KometasShared, order: KometaOrder): Promise<PreparedKometa> {
  const { request } = job.input
  const { config, renderer, signal } = request
  const runConfig = runConfigOf(job, shared, order)
  const ratingKeys = itemsAround(order.libraries, job.input.chosen.targets)
  const workspace = await createWorkspace(config, {
    runConfigText: runConfig.text,
    ratingKeysByLibrary: ratingKeys,
    parentDir: workspacesOf(request.dataDir),
    owner: await ownIdentity(),
    keep: request.keepWorkspace,
    clientIdentifier: job.input.clientIdentifier,
  })
  return closeOnFailure(workspace, async () => {
    if (request.keepWorkspace)
      job.log.warning(`The workspace is kept, with the API keys of your config: ${workspace.dir}`)
    const wanted = Object.fromEntries(ratingKeys)
    const cache = await prepareKometaCache({ config, ask: renderer.askPython, workspace, wanted, signal })
    if (cache.note !== null) job.log.info(cache.note)
    const warnings = [...workspace.warnings, ...(cache.warning === null ? [] : [cache.warning])]
    for (const warning of warnings) job.log.warning(warning)
    return {
      ...{ workspace, cache, changes: runConfig.changes, warnings },
      overlaidBackups: await overlaidAmong(workspace.backups),
      withAssets: await librariesWithAssets(config, order.libraries),
      trustEnv: (await (await shared.trust)?.install(workspace.dir)) ?? {},
      [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
    }
  })
}

/** The run config of one Kometa. A change that several Kometas have in common is logged once. */
function runConfigOf(
  { input, log }: Job,
  { proxies, gate, allLibraries, toldChanges }: KometasShared,
  { libraries }: KometaOrder,
): RunConfig {
  const { config } = input.request
  const made = makeRunConfig(config, {
    libraries,
    elsewhere: allLibraries,
    proxies: proxies.access,
    services: gate.services,
    exposeToken: config.preview.expose_token,
  })
  for (const change of made.changes.filter((each) => !toldChanges.has(each))) {
    toldChanges.add(change)
    log.info(`run config: ${change}`)
  }
  return made
}

/** Backups that Kometa made from a picture with overlays, which are no clean originals. */
async function overlaidAmong(backups: ReadonlyMap<string, CopiedBackup>): Promise<Set<string>> {
  const found = new Set<string>()
  for (const [key, { copy }] of backups) if (await readOverlayMark(copy)) found.add(key)
  return found
}

async function librariesWithAssets(config: JobConfig, names: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const library of config.libraries.filter(({ mappingName }) => names.includes(mappingName)))
    if (await hasAssetFolder(config, library)) found.add(library.mappingName)
  return found
}

/** By library, the ratingKeys of its targets and of their parents: Kometa may use a backup of each. */
function itemsAround(libraries: readonly string[], targets: readonly ChosenTarget[]): Map<string, string[]> {
  return new Map(
    libraries.map((library) => {
      const own = targets.filter(({ mappings }) => mappings.includes(library)).flatMap(({ item }) => item ?? [])
      const keys = own.flatMap((item) => [item.ratingKey, item.parentRatingKey, item.grandparentRatingKey])
      return [library, [...new Set(keys.filter((key) => key !== null))]]
    }),
  )
}
