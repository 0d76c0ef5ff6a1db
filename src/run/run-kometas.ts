import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { makeRunConfig } from '../config/run-config.ts'
import { createWorkspace } from '../config/workspace.ts'
import type { Phase } from '../contract/events.ts'
import { kometaEnvironment } from '../kometa/environment.ts'
import { createKometaRecorder, type KometaRecord } from '../kometa/kometa-record.ts'
import type { KometaEvent } from '../kometa/log-events.ts'
import { type KometaExit, startKometa } from '../kometa/process.ts'
import type { JobLog } from '../util/job-log.ts'
import { createRedactor } from '../util/redact.ts'
import type { ChosenTarget } from './choose-targets.ts'
import { rememberKometa } from './leftover.ts'
import { ownIdentity } from './process-identity.ts'
import type { JobRequest } from './request.ts'
import { slug } from './safe-name.ts'
import type { JobGate } from './start-gate.ts'
import { type JobIsolation, supervise, untilIsolated } from './supervise.ts'

/** One Kometa process: what it was given, and what came of it by its own words. */
export interface KometaRun {
  /** Mapping names of its libraries. */
  libraries: readonly string[]
  exit: KometaExit
  record: KometaRecord
  changes: readonly string[]
  warnings: readonly string[]
  /** `<mapping name> <ratingKey>` of the clean originals that were copied in. */
  backups: ReadonlyMap<string, string>
  /** ratingKeys of those that Kometa left in place. */
  backupsLeft: ReadonlySet<string>
}

export interface RunKometasOptions {
  request: JobRequest
  targets: readonly ChosenTarget[]
  /** By place in `JobConfig.servers`: address and token of the proxy. */
  proxies: readonly { url: string; token: string }[]
  /** Kometa's ways to everything but Plex. */
  gate: Pick<JobGate, 'env' | 'credential' | 'services'>
  isolation: JobIsolation
  /** The folder of workspaces. */
  workspaces: string
  clientIdentifier: string
  logsDir: string
  log: JobLog
  enter(phase: Phase): void
}

/** Runs one Kometa per group of libraries, as many at once as there are processor cores; each in a workspace of its own. */
export async function runKometas(groups: readonly string[][], options: RunKometasOptions): Promise<KometaRun[]> {
  const waiting = groups.map((libraries, index) => ({ libraries, index }))
  const runs: KometaRun[] = []
  const progress = createProgress(options, groups.length)
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [first = ''] = next.libraries
      const logsDir =
        groups.length === 1 ? options.logsDir : join(options.logsDir, slug(first) || `kometa-${next.index + 1}`)
      runs[next.index] = await runOne(next.libraries, logsDir, options, progress)
    }
  }
  const width = Math.max(1, options.request.jobs ?? availableParallelism())
  const workers = await Promise.allSettled(Array.from({ length: Math.min(width, groups.length) }, worker))
  for (const result of workers) if (result.status === 'rejected') throw result.reason
  return runs
}

async function runOne(
  libraries: readonly string[],
  logsDir: string,
  options: RunKometasOptions,
  progress: (event: KometaEvent) => void,
): Promise<KometaRun> {
  const { request, log } = options
  const { config, renderer, signal } = request
  // Started now, so that it is ready when the workspace is.
  await using supervisor = await supervise(request.env, options.isolation)
  const { text, changes } = makeRunConfig(config, {
    libraries,
    proxies: options.proxies,
    services: options.gate.services,
    exposeToken: config.preview.expose_token,
  })
  for (const change of changes) log.info(`run config: ${change}`)
  await using workspace = await createWorkspace(config, {
    runConfigText: text,
    ratingKeysByLibrary: neededBackups(libraries, options.targets),
    parentDir: options.workspaces,
    owner: await ownIdentity(),
    keep: request.keepWorkspace,
    clientIdentifier: options.clientIdentifier,
  })
  for (const warning of workspace.warnings) log.warning(warning)
  options.enter('kometa')
  const recorder = createKometaRecorder()
  const proxyTokens = options.proxies.map(({ token }) => token)
  const notHidden = await untilIsolated(supervisor)
  const kometa = await startKometa({
    ...(supervisor ? { supervisor } : {}),
    command: renderer.command,
    args: renderer.args(workspace.configPath),
    cwd: workspace.cwd,
    env: kometaEnvironment(request.env, {
      home: workspace.home,
      python: renderer.command,
      extra: { ...renderer.env, ...options.gate.env },
    }),
    metaLog: join(workspace.configDir, 'logs', 'meta.log'),
    logsDir,
    redactor: createRedactor([...config.secretsForRedaction, ...proxyTokens, options.gate.credential]),
    signal,
    ...(request.idleTimeoutMs === undefined ? {} : { limits: { idleTimeoutMs: request.idleTimeoutMs } }),
    onEvent(event) {
      recorder.add(event)
      progress(event)
    },
    onRecord: ({ level, text: line, at }) =>
      request.onEvent({
        type: 'log',
        source: 'kometa',
        level: level === 'error' && harmless.test(line) ? 'info' : level,
        text: line,
        at: new Date(at ?? Date.now()).toISOString(),
      }),
  })
  const [exit] = await Promise.all([kometa.done, rememberKometa(workspace.dir, kometa.pid)])
  for (const problem of exit.logProblems) log.warning(problem)
  const { backups } = workspace
  const warnings = [...workspace.warnings, ...notHidden]
  const backupsLeft = await workspace.backupsLeft()
  return { libraries, exit, record: recorder.record, changes, warnings, backups, backupsLeft }
}

/** What Kometa calls an error and default files make by the dozen: a definition that fits nothing in this library. */
const harmless = /^Plex Error: (No Items found in Plex|No matches found with regex pattern|.* not found$)/

/** Backups that Kometa may draw from or restore: of the targets and of the items above them. */
function neededBackups(libraries: readonly string[], targets: readonly ChosenTarget[]): Map<string, string[]> {
  return new Map(
    libraries.map((library) => {
      const own = targets.filter(({ mappings }) => mappings.includes(library)).flatMap(({ item }) => item ?? [])
      const keys = own.flatMap((item) => [item.ratingKey, item.parentRatingKey, item.grandparentRatingKey])
      return [library, [...new Set(keys.filter((key) => key !== null))]]
    }),
  )
}

/** Kometa's events as phases and n/m; of several Kometas the first one to reach a phase enters it. */
function createProgress({ request, enter }: RunKometasOptions, processes: number): (event: KometaEvent) => void {
  const order: Phase[] = ['kometa', 'compile', 'apply']
  let reached = 0
  const reach = (phase: Phase) => {
    const index = order.indexOf(phase)
    if (index <= reached || request.signal.aborted) return
    reached = index
    enter(phase)
  }
  let done = 0
  return (event) => {
    if (event.type === 'overlays_started' || event.type === 'definition') {
      reach('compile')
      if (event.type === 'definition') {
        const title = event.name
        request.onEvent({ type: 'progress', phase: 'compile', done: event.count, total: 0, title })
      }
    } else if (event.type === 'applying') reach('apply')
    else if (event.type === 'item_started') {
      reach('apply')
      done += 1
      const total = processes === 1 ? event.total : Math.max(done, event.total)
      request.onEvent({
        type: 'progress',
        phase: 'apply',
        done: processes === 1 ? event.index : done,
        total,
        title: event.title,
      })
    }
  }
}
