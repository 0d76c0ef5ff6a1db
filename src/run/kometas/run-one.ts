import { join } from 'node:path'
import type { Launch } from '../../kometa/launch/launch-order.ts'
import { createOutcomeRecorder, type KometaOutcome } from '../../kometa/log/outcome/kometa-outcome.ts'
import { createUserWords, type PlaceName } from '../../kometa/log/words/user-words.ts'
import { type KometaExit, startKometa } from '../../kometa/process/process.ts'
import type { UnguardedFiles } from '../../kometa/process/supervisor-messages.ts'
import { createRedactor } from '../../util/redact.ts'
import { type Supervision, supervise } from '../around-kometa/supervise.ts'
import type { Job } from '../job.ts'
import { rememberKometa } from '../job-folder/leftover.ts'
import type { KometaOrder, KometasShared } from './kometa-order.ts'
import type { KometaRun } from './kometa-run.ts'
import { launchKometa } from './launch-kometa.ts'
import { type PreparedKometa, prepareKometa } from './prepare-kometa.ts'

/** Runs one Kometa in a workspace of its own, from its run config to its end. */
export async function runOneKometa(job: Job, shared: KometasShared, order: KometaOrder): Promise<KometaRun> {
  // The supervisor starts first, so that it is ready when the workspace is.
  await using supervision = supervise(job.input.request.env, shared.isolation)
  await using prepared = await prepareKometa(job, shared, order)
  await shared.before
  shared.progress.starts()
  await using launch = await launchKometa(job, shared, prepared)
  const unguarded = await supervision.ready()
  job.guard.onStart(unguarded)
  const { exit, record } = await follow(job, shared, order, { prepared, launch, supervision })
  const left = await launch.end()
  for (const problem of [...exit.logProblems, ...left]) job.log.warning(problem)
  const { backups, strayBackups } = prepared.workspace
  const [backupsLeft, cacheOf] = await Promise.all([prepared.workspace.backupsLeft(), prepared.cache.finish()])
  return {
    ...{ libraries: order.libraries, logs: order.logs, exit, record, changes: prepared.changes },
    warnings: [...prepared.warnings, ...unguardedWarnings(unguarded), ...left],
    ...{ backups, strayBackups, overlaidBackups: prepared.overlaidBackups, backupsLeft },
    ...{ withAssets: prepared.withAssets, cacheOf },
  }
}

interface StartedParts {
  prepared: PreparedKometa
  launch: Launch
  supervision: Supervision
}

/** Starts Kometa and reads its log until it ends. */
async function follow(
  job: Job,
  { progress, proxies, gate }: KometasShared,
  order: KometaOrder,
  { prepared, launch, supervision }: StartedParts,
): Promise<{ exit: KometaExit; record: KometaOutcome }> {
  const { request } = job.input
  const { workspace } = prepared
  const recorder = createOutcomeRecorder()
  const { dir } = request.renderer
  const code: PlaceName[] = dir === null ? [] : [[workspace.kometaDir, dir]]
  const inUsersWords = createUserWords([...workspace.userPlaces, ...code])
  const tellProgress = progress.of(order.index)
  await job.folder.files.makeFolder(order.logs)
  const { command, args, cwd, env, runConfigs } = launch
  const proxyTokens = proxies.access.map(({ token }) => token)
  const kometa = await startKometa({
    ...(supervision.supervisor ? { supervisor: supervision.supervisor } : {}),
    ...{ command, args, cwd, env, runConfigs },
    metaLog: join(workspace.configDir, 'logs', 'meta.log'),
    logs: job.folder.files.folder(order.logs),
    redactor: createRedactor([...request.config.secretsForRedaction, ...proxyTokens, gate.credential]),
    signal: request.signal,
    ...(request.idleTimeoutMs === undefined ? {} : { limits: { idleTimeoutMs: request.idleTimeoutMs } }),
    onEvent(event) {
      recorder.add(inUsersWords(event))
      tellProgress(event)
    },
    onMessage: ({ level, text, at }) =>
      request.onEvent({
        ...{ type: 'log', source: 'kometa', level, text },
        at: new Date(at ?? Date.now()).toISOString(),
      }),
  })
  const stopListening = job.records.recorder.onActivity(kometa.alive)
  const [exit] = await Promise.all([kometa.done, rememberKometa(workspace.dir, kometa.pid)])
  stopListening()
  return { exit, record: recorder.outcome }
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
