import { join } from 'node:path'
import { checkLibraries, reachNote } from '../config/overlays/overlay-check.ts'
import { writeJobFile } from '../config/read/job-file.ts'
import { type JobConfig, requireTmdbKey } from '../config/read/user-config.ts'
import { realRunNotes } from '../config/run-config/real-run/real-run-notes.ts'
import { removeStaleWorkspaces } from '../config/workspace/stale-workspaces.ts'
import { AppError } from '../contract/errors.ts'
import type { Phase } from '../contract/events.ts'
import type { Summary } from '../contract/summary.ts'
import { versionNotes } from '../kometa/install/version-notes.ts'
import { localRunner } from '../kometa/process/runner.ts'
import { removeTemporaryFiles } from '../proxy/capture/folders.ts'
import { createCaptureStore } from '../proxy/capture/store.ts'
import { createLedger } from '../proxy/ledger/ledger.ts'
import { createJobLog } from '../util/job-log.ts'
import { livenessOf } from '../util/process-identity.ts'
import { createRedactor, type Redactor } from '../util/redact.ts'
import { createGuard } from './around-kometa/guard.ts'
import { createJobTrust } from './around-kometa/job-trust.ts'
import { createOutsideLookup } from './around-kometa/outside-hosts.ts'
import { gateRulesOf, type Refusal, startJobGate } from './around-kometa/start-gate.ts'
import { finishScopes, startProxies } from './around-kometa/start-proxies.ts'
import { clientIdentifier } from './inputs/client-identifier.ts'
import { connectServers } from './inputs/connect-servers.ts'
import { checkDiskSpace } from './inputs/disk-space.ts'
import { limitsOf } from './inputs/limits-of.ts'
import type { JobRequest } from './inputs/request.ts'
import { diskError } from './inputs/usable-folder.ts'
import { checksumsPath, writeChecksums } from './job-folder/checksums.ts'
import { jobFolders, openJobFolder, removeEarlierResults } from './job-folder/job-folder.ts'
import { acquireJobLock } from './job-folder/job-lock.ts'
import { endLeftover } from './job-folder/leftover.ts'
import { redactError } from './job-folder/redact-error.ts'
import { type KometaRun, runKometas } from './kometas/run-kometas.ts'
import { disposed, settled } from './kometas/settled.ts'
import { createStopwatch } from './kometas/stopwatch.ts'
import { exportOutputs } from './pictures/export-outputs.ts'
import { fetchBeforePictures } from './pictures/fetch-before.ts'
import { createJobRecorder, scrub } from './records/job-recorder.ts'
import { lend, openRemembered } from './reuse/remembered.ts'
import { describeFaults } from './summary/faults/describe-faults.ts'
import { withRefusals } from './summary/faults/refused-stop.ts'
import { withoutTold } from './summary/faults/told-before.ts'
import { readQueuePlaces } from './summary/queue-places.ts'
import { buildSummary, type SummaryInput, writeSummary } from './summary/summary.ts'
import { suppressionNotes } from './summary/suppression-notes.ts'
import { findUnfaithful } from './summary/unfaithful.ts'
import { chooseTargets, namedByLibrary } from './targets/choose-targets.ts'
import { planRuns } from './targets/plan-runs.ts'
import { createVerification } from './verify/verification.ts'

/**
 * Runs one job from its config to its summary. Bad input throws an AppError before anything is started; from the
 * moment Kometa starts every end, a cancelled one too, is a summary on disk, which is also what this answers with.
 */
export async function runJob(request: JobRequest): Promise<Summary> {
  const redactor = createRedactor(request.config.secretsForRedaction)
  const state = { hasStarted: false }
  try {
    return await run(request, redactor, state)
  } catch (error) {
    // Nothing was started yet, and the files have been judged by now: this happens once.
    if (error instanceof ReadDifferently) return runJob({ ...request, config: error.config })
    throw redactError(diskError(error, state.hasStarted) ?? error, redactor)
  }
}

/** Kometa's own reader sees something else in the user's files than we have read. */
class ReadDifferently extends Error {
  override readonly name = 'ReadDifferently'
  readonly config: JobConfig
  constructor(config: JobConfig) {
    super('Kometa reads the config differently')
    this.config = config
  }
}

async function run(request: JobRequest, redactor: Redactor, state: { hasStarted: boolean }): Promise<Summary> {
  const { config, renderer, signal, onEvent } = request
  const folder = await openJobFolder(request.jobDir, request.dataDir)
  await using _lock = await acquireJobLock(folder.files)
  using log = createJobLog({
    file: { files: folder.files, path: `${jobFolders.logs}/preview.log` },
    redactor,
    onLine: (line) => {
      request.onLine(line)
      onEvent({ type: 'log', source: 'preview', ...line })
    },
  })
  const watch = createStopwatch()
  const enter = (phase: Phase) => {
    if (signal.aborted) throw new AppError('CANCELLED', 'cancelled')
    watch.enter(phase)
    state.hasStarted ||= phase !== 'check'
    onEvent({ type: 'phase', phase, at: watch.stamp() })
  }

  enter('check')
  if (renderer.kind === 'kometa') requireTmdbKey(config)
  const runner = renderer.runner ?? localRunner
  const python = renderer.kind === 'kometa' ? renderer.command : null
  // Its supervisor, which takes as long to start as all that is checked here, is the first Kometa's.
  const choosing = runner.isolate(request.isolate ?? 'auto', { env: request.env, python })
  await using _isolation = disposed(choosing)
  const fallbackIdentifier = await clientIdentifier(request.dataDir)
  const wanted = [request.library, ...config.preview.targets.map(({ library }) => library)].filter(
    (name) => name !== undefined,
  )
  const { barriers } = request.fresh === true ? {} : (request.remembered ?? {})
  await using servers = await connectServers(config, {
    fallbackIdentifier,
    wanted,
    signal,
    ...(barriers && { barriers }),
  })
  const chosen = await chooseTargets(config, servers, {
    specs: request.specs,
    library: request.library,
    folder,
  })
  const { targets, notes } = chosen
  const libraries = [...new Set(targets.flatMap(({ mappings }) => mappings))]
  // Kometa's reader was asked when the config was loaded; by now it has had as long as Plex.
  const otherConfig = await config.otherwise()
  if (otherConfig) throw new ReadDifferently(otherConfig)
  const fileWarnings = await checkLibraries(config, { libraries, kometaDir: renderer.dir, env: request.env })
  const realRun = await realRunNotes(config, { libraries, kometaDir: renderer.dir, targets: namedByLibrary(targets) })
  await checkDiskSpace(folder.dir, targets.length)
  await checkDiskSpace(request.dataDir, 0)
  const isolation = await choosing
  const warnings = [
    ...renderer.warnings,
    ...versionNotes(renderer.version, config),
    ...config.warnings,
    ...servers.warnings,
    ...notes,
    ...fileWarnings,
    ...[reachNote(config, fileWarnings)].filter((note) => note !== null),
    ...realRun,
    ...config.files.warnings(),
  ]
  for (const note of renderer.notes ?? []) log.info(note)
  if (folder.note !== null) log.info(folder.note)
  for (const warning of warnings) log.warning(warning)
  const guard = createGuard({ config, renderer, runner, isolation, dataDir: request.dataDir, log })

  // First, since it refuses a folder that is another job's, whose results must then stay.
  if (request.writeJobFile) await writeJobFile(folder.files, config, targets.map(toPreviewTarget))
  const stems = targets.map(({ outputStem }) => outputStem)
  for (const note of await removeEarlierResults(folder, stems)) log.warning(note)
  await removeTemporaryFiles(folder.files)
  const workspaces = join(request.dataDir, 'workspaces')
  await runner.endLeftovers(livenessOf)
  await removeStaleWorkspaces(workspaces, livenessOf, endLeftover)

  using ledger = createLedger(folder.files.folder(jobFolders.output))
  const recorder = createJobRecorder({
    log,
    ledger,
    redactor,
    onCapture(capture) {
      const { rating_key, server } = capture
      const target = targets.find((one) => one.ratingKey === rating_key && one.server === server)
      onEvent({ type: 'capture', capture, targetId: target?.id ?? null })
    },
  })
  const rules = await gateRulesOf(config)
  const limits = limitsOf(config.preview.timeouts)
  const captures = createCaptureStore({
    job: folder.files,
    resolve: createOutsideLookup(rules),
    limits: limits.captures,
  })

  const verification = await createVerification({ targets, servers: servers.servers, folder, signal })

  let kometa: KometaRun[] = []
  let scopes: SummaryInput['scopes'] = []
  let unfaithful: SummaryInput['unfaithful'] = []
  let outside: SummaryInput['outside'] & { refusals: Refusal[] } = { hosts: [], viaUserProxy: false, refusals: [] }
  async function preview(): Promise<void> {
    enter('before')
    // While they come, all that Kometa needs is made.
    const pictures = fetchBeforePictures(targets, servers, folder, { signal, onEvent })
    const picturesAreThere = pictures.then((notes) => {
      warnings.push(...notes)
      enter('workspace')
      // While Kometa starts, which takes longer; nothing waits for it.
      verification.before()
    })
    await using _pictures = settled(picturesAreThere)
    const trust = createJobTrust({ config, renderer, env: request.env, log, signal })
    await using _trust = settled(trust)
    await using remembered = request.remembered
      ? lend(request.remembered)
      : await openRemembered(workspaces, { lasting: false })
    const loopback = await runner.loopback()
    await using proxies = await startProxies(servers, {
      captures,
      recorder,
      remembered,
      fresh: request.fresh === true,
      tokens: config.servers.map(({ token }) => token),
      exposeToken: config.preview.expose_token,
      port: request.proxyPort,
      limits: limits.proxy,
      loopback,
      log,
      signal,
      scoped: request.scoped && config.preview.scope === 'on',
      chosen,
    })
    await using gate = await startJobGate(config, {
      env: request.env,
      libraries,
      rules,
      loopback,
      plexPorts: proxies.doors.map(({ port }) => port),
      limits,
      // What kept it from being made ends the job where Kometa is started.
      authority: trust.then(
        (made) => made?.authority ?? null,
        () => null,
      ),
      ledger,
      log,
      redactor,
    })
    const { runs, failures } = await runKometas({
      groups: planRuns(config, libraries),
      recorder,
      request,
      runner,
      targets,
      proxies: proxies.access,
      gate,
      trust,
      isolation: { chosen: isolation, doors: [...proxies.doors, ...gate.doors], files: await guard.files(), python },
      onGuarded: guard.onStart,
      workspaces,
      clientIdentifier: fallbackIdentifier,
      files: folder.files,
      log,
      enter,
      picturesAreThere,
    })
    kometa = runs
    await proxies.drain()
    await gate.end()
    outside = { hosts: gate.hosts(), viaUserProxy: gate.viaUserProxy, refusals: gate.refusals() }
    kometa = runs.map((one) => ({ ...one, record: withRefusals(one.record, outside.refusals) }))
    const verified = verification.after()
    await using _verified = settled(verified)
    scopes = await finishScopes(proxies.scopes)
    const notes = suppressionNotes(runs.map(({ record }) => record))
    unfaithful = await findUnfaithful(config, renderer.dir, runs, scopes)
    for (const warning of [...notes, ...new Set(unfaithful.map(({ words }) => words))]) {
      warnings.push(warning)
      log.warning(warning)
    }
    await verified
    if (failures.length > 0) throw failures[0]
  }
  let failure: string | null = null
  await preview().catch((error: unknown) => {
    // Once Kometa has drawn something there is a summary; a cancelled job has one also when it had not started yet.
    if (signal.aborted) return
    if (kometa.length === 0) throw error
    failure = redactor.text(error instanceof Error ? error.message : String(error))
  })

  watch.enter('results')
  onEvent({ type: 'phase', phase: 'results', at: watch.stamp() })
  const kept = captures.list().map((capture) => scrub(capture, redactor))
  const results = await exportOutputs(targets, kept, folder)
  const records = kometa.map(({ record }) => record)
  const described = await describeFaults(config, renderer.dir, records, outside.refusals)
  ledger.flush()
  const guarded = guard.conclude()
  const summary = buildSummary({
    request,
    folder,
    servers: servers.servers,
    targets,
    results,
    kometa,
    failure,
    records: recorder.records,
    imageReads: recorder.imageReads,
    captures: kept,
    ledger: ledger.head(),
    scopes,
    isolation: guarded.isolation,
    verification: await verification.conclude(ledger.head().files, recorder.records.blocked, guarded),
    unfaithful,
    queuePlaces: await readQueuePlaces(
      config,
      renderer.dir,
      kometa.map(({ record }) => record),
    ),
    outside,
    warnings: withoutTold(warnings, described.told),
    described,
    redactor,
    startedAt: watch.startedAt,
    durationsMs: { ...watch.durations(), ...verification.durations() },
    log,
  })
  await writeSummary(folder, summary)
  await writeChecksums(folder, summary).catch((error: unknown) => {
    // The summary stands: a disk that is full by now costs the list of checksums alone.
    log.warning(`${checksumsPath} could not be written: ${error instanceof Error ? error.message : String(error)}`)
  })
  onEvent({ type: 'end', summary })
  return summary
}

function toPreviewTarget({
  id,
  ratingKey,
  title,
  type,
  library,
}: Awaited<ReturnType<typeof chooseTargets>>['targets'][number]) {
  return {
    id,
    title,
    ratingKey: ratingKey ?? undefined,
    ...(type === null ? {} : { type }),
    ...(library === null ? {} : { library }),
  }
}
