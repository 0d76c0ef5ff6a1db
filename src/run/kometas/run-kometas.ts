import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { readKometaEnv } from '../../config/read/environment/kometa-env.ts'
import type { JobConfig } from '../../config/read/user-config.ts'
import { makeRunConfig } from '../../config/run-config/run-config.ts'
import { hasAssetFolder } from '../../config/workspace/asset-folders.ts'
import type { BackupLeft, CopiedBackup } from '../../config/workspace/backups.ts'
import { createWorkspace } from '../../config/workspace/workspace.ts'
import type { Phase } from '../../contract/events.ts'
import { saysNothingFits } from '../../contract/nothing-fits.ts'
import { readOverlayMark } from '../../images/exif-mark.ts'
import type { CacheUse } from '../../kometa/cache/real-run.ts'
import { createKometaRecorder, type KometaRecord } from '../../kometa/log/outcome/kometa-outcome.ts'
import { createUserWords, type PlaceName } from '../../kometa/log/words/user-words.ts'
import { kometaVariables } from '../../kometa/process/arguments.ts'
import { type KometaExit, startKometa } from '../../kometa/process/process.ts'
import type { Checkout, KometaRunner } from '../../kometa/process/runner.ts'
import type { UnguardedFiles } from '../../kometa/process/supervisor-messages.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import type { JobLog } from '../../util/job-log.ts'
import { ownIdentity } from '../../util/process-identity.ts'
import { createRedactor } from '../../util/redact.ts'
import type { JobTrust } from '../around-kometa/job-trust.ts'
import { prepareKometaCache } from '../around-kometa/kometa-cache.ts'
import type { JobGate } from '../around-kometa/start-gate.ts'
import { type JobIsolation, supervise } from '../around-kometa/supervise.ts'
import type { JobRequest } from '../inputs/request.ts'
import { jobFolders } from '../job-folder/job-folder.ts'
import { rememberKometa } from '../job-folder/leftover.ts'
import type { JobRecorder } from '../records/job-recorder.ts'
import type { ChosenTarget } from '../targets/choose-targets.ts'
import { slug } from '../targets/safe-name.ts'
import { createKometaProgress, type KometaProgress } from './kometa-progress.ts'

/** One Kometa process: what it was given, and what came of it by its own words. */
export interface KometaRun {
  /** Mapping names of its libraries. */
  libraries: readonly string[]
  exit: KometaExit
  record: KometaRecord
  changes: readonly string[]
  warnings: readonly string[]
  /** Where its logs are kept, in the job. */
  logs: string
  /** By `backupKey`, the clean originals that were copied in. */
  backups: ReadonlyMap<string, CopiedBackup>
  /** Those among them that bear Kometa's mark. */
  overlaidBackups: ReadonlySet<string>
  /** By `backupKey`, the user's files under an earlier name of a library. */
  strayBackups: ReadonlyMap<string, string>
  /** Mapping names of the libraries that have an asset folder. */
  withAssets: ReadonlySet<string>
  /** By `backupKey`, what Kometa left of them. */
  backupsLeft: ReadonlyMap<string, BackupLeft>
  /** By mapping name, what Kometa's cache is in a real run. */
  cacheOf(mapping: string): CacheUse
}

export interface RunKometasOptions {
  /** Mapping names of the libraries of each Kometa. */
  groups: readonly string[][]
  request: JobRequest
  /** Where Kometa runs. */
  runner: KometaRunner
  targets: readonly ChosenTarget[]
  /** By place in `JobConfig.servers`: address and token of the proxy. */
  proxies: readonly { url: string; token: string }[]
  /** Kometa's ways to everything but Plex. */
  gate: Pick<JobGate, 'env' | 'credential' | 'services'>
  /** What makes Kometa take the gate's refusals for answers. */
  trust: Promise<JobTrust | null>
  isolation: JobIsolation
  /** Each Kometa, just before it is started: what could not be kept from it; null without isolation. */
  onGuarded(unguarded: UnguardedFiles | null): void
  /** The folder of workspaces. */
  workspaces: string
  clientIdentifier: string
  files: Beneath
  log: JobLog
  /** Tells what Kometa asks for and uploads. */
  recorder: Pick<JobRecorder, 'onActivity'>
  enter(phase: Phase): void
  /** No Kometa starts before Plex's own pictures are kept. */
  picturesAreThere: Promise<void>
}

export interface KometaRuns {
  /** In the order of the groups; of those that came to an end. */
  runs: KometaRun[]
  /** Why others did not: an error of ours, such as a disk without space for a workspace. */
  failures: unknown[]
}

/**
 * Runs one Kometa per group of libraries, as many at once as there are processor cores; each in a workspace of its own.
 * What one of them fails at does not hide what came of the others.
 */
export async function runKometas(options: RunKometasOptions): Promise<KometaRuns> {
  const { groups } = options
  const waiting = groups.map((libraries, index) => ({ libraries, index }))
  const runs = new Map<number, KometaRun>()
  const failures: unknown[] = []
  const names = logFolderNames(groups)
  const progress = createKometaProgress(options)
  const said = new Set<string>()
  const worker = async () => {
    for (let next = waiting.shift(); next && !options.request.signal.aborted; next = waiting.shift()) {
      const logs = groups.length === 1 ? jobFolders.logs : `${jobFolders.logs}/${names[next.index]}`
      try {
        runs.set(next.index, await runOne(next.libraries, logs, options, { progress, process: next.index, said }))
      } catch (error) {
        failures.push(error)
      }
    }
  }
  const width = Math.max(1, options.request.jobs ?? availableParallelism())
  await Promise.all(Array.from({ length: Math.min(width, groups.length) }, worker))
  return { runs: groups.flatMap((_, index) => runs.get(index) ?? []), failures }
}

/** A folder of logs for each Kometa, named after its first library; two names may have one slug. */
function logFolderNames(groups: readonly string[][]): string[] {
  const used = new Set<string>()
  return groups.map(([first = ''], index) => {
    let name = slug(first) || `kometa-${index + 1}`
    while (used.has(name)) name = `${name}-${index + 1}`
    used.add(name)
    return name
  })
}

async function runOne(
  libraries: readonly string[],
  logs: string,
  options: RunKometasOptions,
  { progress, process, said }: { progress: KometaProgress; process: number; said: Set<string> },
): Promise<KometaRun> {
  const { request, log } = options
  const { config, renderer, signal } = request
  // Now, so that it is ready when the workspace is.
  await using supervision = supervise(request.env, options.isolation)
  const { supervisor } = supervision
  const { text, changes } = makeRunConfig(config, {
    libraries,
    elsewhere: options.groups.flat(),
    proxies: options.proxies,
    services: options.gate.services,
    exposeToken: config.preview.expose_token,
  })
  // What several Kometas have in common is said once.
  for (const change of changes.filter((each) => !said.has(each))) {
    said.add(change)
    log.info(`run config: ${change}`)
  }
  const owner = await ownIdentity()
  const ratingKeysByLibrary = itemsAround(libraries, options.targets)
  await using workspace = await createWorkspace(config, {
    runConfigText: text,
    ratingKeysByLibrary,
    parentDir: options.workspaces,
    owner,
    keep: request.keepWorkspace,
    clientIdentifier: options.clientIdentifier,
  })
  if (request.keepWorkspace) log.warning(`The workspace is kept, with the API keys of your config: ${workspace.dir}`)
  const cache = await prepareKometaCache({
    config,
    ask: renderer.askPython,
    workspace,
    wanted: Object.fromEntries(ratingKeysByLibrary),
    signal,
  })
  if (cache.note !== null) log.info(cache.note)
  const before = [...workspace.warnings, ...(cache.warning === null ? [] : [cache.warning])]
  for (const warning of before) log.warning(warning)
  const overlaidBackups = await overlaidAmong(workspace.backups)
  const withAssets = await librariesWithAssets(config, libraries)
  const trusted = await (await options.trust)?.install(workspace.dir)
  await options.picturesAreThere
  progress.starts()
  const recorder = createKometaRecorder()
  const code: PlaceName[] = renderer.dir === null ? [] : [[workspace.kometaDir, renderer.dir]]
  const inUserWords = createUserWords([...workspace.userPlaces, ...code])
  const follow = progress.of(process)
  const proxyTokens = options.proxies.map(({ token }) => token)
  await using launch = await options.runner.launch({
    command: renderer.command,
    args: (dir) => renderer.args(workspace.configPath, dir),
    checkout: checkoutOf(request),
    ...{ workspace, config, owner },
    userEnv: (await readKometaEnv({ env: request.env, ...(renderer.dir === null ? {} : { kometaDir: renderer.dir }) }))
      .env,
    extraEnv: { ...kometaVariables(workspace.configPath), ...renderer.env, ...options.gate.env, ...trusted },
  })
  const unguarded = await supervision.ready()
  options.onGuarded(unguarded)
  const { command, args, cwd, env, runConfigs } = launch
  await options.files.makeFolder(logs)
  const kometa = await startKometa({
    ...(supervisor ? { supervisor } : {}),
    ...{ command, args, cwd, env, runConfigs },
    metaLog: join(workspace.configDir, 'logs', 'meta.log'),
    logs: options.files.folder(logs),
    redactor: createRedactor([...config.secretsForRedaction, ...proxyTokens, options.gate.credential]),
    signal,
    ...(request.idleTimeoutMs === undefined ? {} : { limits: { idleTimeoutMs: request.idleTimeoutMs } }),
    onEvent(event) {
      recorder.add(inUserWords(event))
      follow(event)
    },
    onRecord: ({ level, text: line, at }) =>
      request.onEvent({
        type: 'log',
        source: 'kometa',
        level: level === 'error' && saysNothingFits(line) ? 'info' : level,
        text: line,
        at: new Date(at ?? Date.now()).toISOString(),
      }),
  })
  const stopListening = options.recorder.onActivity(kometa.alive)
  const [exit] = await Promise.all([kometa.done, rememberKometa(workspace.dir, kometa.pid)])
  stopListening()
  const left = await launch.end()
  for (const problem of [...exit.logProblems, ...left]) log.warning(problem)
  const { backups, strayBackups } = workspace
  const warnings = [...before, ...unguardedWarnings(unguarded), ...left]
  const [backupsLeft, cacheOf] = await Promise.all([workspace.backupsLeft(), cache.finish()])
  const originals = { backups, overlaidBackups, strayBackups, backupsLeft }
  return { libraries, exit, record: recorder.record, changes, warnings, logs, ...originals, withAssets, cacheOf }
}

/** Backups that Kometa made itself: no clean originals. */
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

function unguardedWarnings(unguarded: UnguardedFiles | null): string[] {
  if (unguarded === null) return []
  const { notHidden, notReadOnly } = unguarded
  return [
    ...notHidden.sockets.map((path) => `the Unix socket ${path} could not be hidden from Kometa`),
    ...notHidden.files.map((path) => `${path} could not be hidden from Kometa`),
    ...notReadOnly.map((path) => `${path} could not be made read-only for Kometa`),
  ]
}

/** The user's Kometa, as far as it is on this machine. */
function checkoutOf({ renderer, dataDir }: JobRequest): Checkout | null {
  if (renderer.dir === null) return null
  return { dir: renderer.dir, bytecodeDir: join(dataDir, 'bytecode'), askPython: renderer.askPython }
}

/** The targets and the items above them: their backups are what Kometa may draw from or restore. */
function itemsAround(libraries: readonly string[], targets: readonly ChosenTarget[]): Map<string, string[]> {
  return new Map(
    libraries.map((library) => {
      const own = targets.filter(({ mappings }) => mappings.includes(library)).flatMap(({ item }) => item ?? [])
      const keys = own.flatMap((item) => [item.ratingKey, item.parentRatingKey, item.grandparentRatingKey])
      return [library, [...new Set(keys.filter((key) => key !== null))]]
    }),
  )
}
