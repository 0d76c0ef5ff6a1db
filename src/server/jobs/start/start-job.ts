import type { z } from 'zod'
import type { Trust } from '../../../config/trust/trust.ts'
import type { ItemRef } from '../../../contract/api/api-common.ts'
import type { rerunRequestSchema, StartJobRequest } from '../../../contract/api/api-jobs.ts'
import { AppError } from '../../../contract/errors.ts'
import { type PlexItem, titleWithYear } from '../../../plex/items/item.ts'
import type { TargetLibrary } from '../../../plex/lookup/library-lookup.ts'
import { createTargetIds } from '../../../run/targets/target-id.ts'
import type { LiveConnection } from '../../connect/connection.ts'
import { readConfigText } from '../../connect/current-connection.ts'
import { hiddenIn } from '../../connect/hidden-uses.ts'
import { type LoadDeps, placeOf } from '../../connect/load-config.ts'
import type { MaskedConfig } from '../../connect/mask-config.ts'
import { onText } from '../../foreign-text/on-text.ts'
import { RequestProblem } from '../../http/request-problem.ts'
import { type JobText, readJobTextOf } from '../config/config-to-edit.ts'
import {
  isLocal,
  keepSnapshot,
  type LocalConfig,
  type ReadUserConfig,
  readPlaceOf,
  targetsOf,
  writeLocalConfig,
} from '../config/stored-config.ts'
import type { JobRunner } from '../runner/job-runner.ts'
import type { JobStore } from '../store/job-store.ts'
import { type JobRecord, newRecord } from '../store/studio-job-record.ts'
import { titleOf } from '../view/job-view.ts'

export interface StartDeps {
  store: JobStore
  runner: JobRunner
  env: NodeJS.ProcessEnv
  readUserConfig: ReadUserConfig
  trust: Trust
  reachOf: LoadDeps['reachOf']
  /** How long the secrets of a pasted or edited config are kept. */
  secretKeepMs(): number
  /** The Kometa that was found: where it is, and its YAML reader. */
  kometa(): Promise<Pick<LoadDeps, 'kometaDir' | 'readYaml'>>
  rendererKind(): 'kometa' | 'sample'
}

/** Makes a job of chosen items and queues it. Throws CONNECTION_CHANGED, CONFIG_CHANGED, TARGET_UNKNOWN, CONFIG_*. */
export async function startJob(
  request: StartJobRequest,
  connection: LiveConnection,
  deps: StartDeps,
): Promise<JobRecord> {
  if (request.connectionId !== connection.id) {
    throw new RequestProblem(409, 'CONNECTION_CHANGED', 'Another config has been connected in the meantime.', {
      hint: 'Look at Connect, then choose again.',
    })
  }
  if (!connection.config) throw new AppError('CONFIG_INVALID', 'The connected config cannot be used as it is.')
  const { origin } = connection
  const edited = request.configText !== undefined && request.configText !== connection.masked.text
  if (edited && (request.editedRevision ?? connection.reply.revision) !== connection.reply.revision) {
    throw new RequestProblem(
      409,
      'CONFIG_CHANGED',
      `${connection.reply.source.name} has changed since you edited it.`,
      {
        hint: 'Look at Connect: it shows both.',
      },
    )
  }
  const name = connection.reply.source.name
  let masked: MaskedConfig
  if (edited) {
    const { masked: before } = connection
    masked = await onText('edit', request.configText ?? '', { masks: before.masks, before: hiddenIn(before) }, name)
  } else if (origin.kind === 'path') masked = await onText('mask', await readConfigText(origin.path))
  else masked = connection.masked
  const local: LocalConfig | null =
    edited || origin.kind === 'text'
      ? { masked, place: placeOf(origin, connection.config), mayUseEnvironment: origin.kind === 'path' }
      : null
  const config = { kind: origin.kind, name, path: origin.kind === 'path' ? origin.path : null, edited }
  const targets = await describeTargets(request.targets, connection)
  return queueJob({ config, targets, masked, local, fresh: request.fresh === true }, deps)
}

/** A new job of an old one's targets, with its config, or an edit of that. */
export async function rerunJob(
  record: JobRecord,
  { use, configText, secrets = {}, fresh = false }: z.output<typeof rerunRequestSchema>,
  deps: StartDeps,
): Promise<JobRecord> {
  if (record.config.kind === 'unknown') {
    throw new RequestProblem(409, 'BAD_REQUEST', 'Only the command line can run this job again.', {
      hint: `Use: kometa-preview run --job ${deps.store.dirOf(record.id)}`,
    })
  }
  const { config, targets } = record
  const { trust, readUserConfig, reachOf } = deps
  const files = deps.store.filesOf(record.id)
  const job = await readJobTextOf(record, files, { vault: trust.vault, readUserConfig })
  let edited = configText !== undefined && configText !== job.text
  const usesFile = use === 'file' || (use === undefined && !isLocal(record))
  if (config.path !== null && !edited && (usesFile || !isLocal(record))) {
    const masked = await onText('mask', await readUserConfig(config.path))
    if (usesFile || masked.text === job.text) {
      return queueJob({ config: { ...config, edited: false }, targets, masked, local: null, fresh }, deps)
    }
    // The file has changed since: what the job ran with is a config of its own by now.
    edited = true
  }
  // Refused here, where the config is a file that another than the user has named.
  const place = await readPlaceOf(record, files, {
    ...{ env: deps.env, trust, readUserConfig, reachOf },
    ...(await deps.kometa()),
  })
  const typed = new Map(Object.entries(secrets).map(([number, value]) => [Number(number), value]))
  await requireSecrets(job, typed)
  const whole = await onText('type', configText ?? job.text, typed)
  const masked = await onText('edit', whole, { masks: job.masks, before: job.before }, config.name)
  const local = { masked, place, mayUseEnvironment: !job.withoutEnvironment }
  const next = { ...config, edited: config.edited || edited }
  return queueJob({ config: next, targets, masked, local, fresh }, deps)
}

async function requireSecrets(job: JobText, typed: ReadonlyMap<number, string>): Promise<void> {
  const missing = (await onText('missing', job.text, job.masks)).filter(({ number }) => !typed.has(number))
  if (missing.length === 0) return
  throw new AppError('SECRETS_GONE', 'the secrets of this preview are not kept any more', {
    hint: 'Type them again: they go where the config says.',
    details: missing.map(({ place, addresses }) => [place, ...addresses].join(' for ')),
  })
}

interface NewJob {
  config: JobRecord['config']
  targets: JobRecord['targets']
  masked: MaskedConfig
  /** null: the config is used where it stands. */
  local: LocalConfig | null
  fresh: boolean
}

async function queueJob({ config, targets, masked, local, fresh }: NewJob, deps: StartDeps): Promise<JobRecord> {
  const id = deps.store.newId(new Date())
  const record = newRecord({
    id,
    title: titleOf(targets.map(({ title }) => title)),
    config,
    targets,
    origin: 'studio',
    renderer: deps.rendererKind(),
    fresh,
  })
  deps.runner.requireRoom()
  try {
    const job = await deps.store.makeFolder(id)
    await keepSnapshot(job, masked)
    const { vault } = deps.trust
    if (local) await writeLocalConfig(job, local, targetsOf(record), { vault, keepMs: deps.secretKeepMs() })
    await deps.runner.enqueue(record)
  } catch (error) {
    // No folder of a job that never was, and no secrets of it.
    await deps.trust.vault.forget(deps.store.dirOf(id))
    await deps.store.discardFolder(id)
    throw error
  }
  return deps.store.find(id) ?? record
}

/** Asks Plex for the items: it is right about them, whatever the index says. */
async function describeTargets(refs: readonly ItemRef[], connection: LiveConnection): Promise<JobRecord['targets']> {
  const wanted = [...new Map(refs.map((ref) => [`${ref.server} ${ref.ratingKey}`, ref])).values()]
  const items = new Map<string, { item: PlexItem; library: TargetLibrary }>()
  for (const { info, reader, index } of connection.servers) {
    const id = info?.machineIdentifier
    const keys = wanted.filter(({ server }) => server === id).map(({ ratingKey }) => ratingKey)
    if (id === undefined || keys.length === 0) continue
    for (const item of await reader.items(keys)) {
      const library = connection.targetLibraries.find(
        ({ server, sectionId }) => server === String(index) && sectionId === item.sectionId,
      )
      if (library) items.set(`${id} ${item.ratingKey}`, { item, library })
    }
  }
  const nextId = createTargetIds()
  return wanted.map(({ server, ratingKey }) => {
    const found = items.get(`${server} ${ratingKey}`)
    if (!found) {
      throw new AppError('TARGET_UNKNOWN', `The item ${ratingKey} is in no library with overlays of this config`, {
        hint: 'It may have left Plex: read the libraries again, then choose anew.',
      })
    }
    const { item, library } = found
    const { libraryName, mappingName: mapping } = library
    return {
      id: nextId(item),
      server,
      ratingKey,
      title: titleWithYear(item),
      type: item.type,
      library: libraryName,
      mapping,
    }
  })
}
