import type { z } from 'zod'
import type { rerunRequestSchema } from '../../../contract/api/api-jobs.ts'
import { AppError } from '../../../contract/errors.ts'
import { onText } from '../../foreign-text/on-text.ts'
import { RequestProblem } from '../../http/request-problem.ts'
import { type ConfigToEdit, readConfigToEdit } from '../config/config-to-edit.ts'
import { isLocal, readPlaceOf } from '../config/stored-config.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { queueJob } from './queue-job.ts'
import type { StartDeps } from './start-deps.ts'

/** Starts a new job with the targets of an earlier one, and with its config or an edit of its config. */
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
  const job = await readConfigToEdit(record, files, { vault: trust.vault, readUserConfig })
  let isEdited = configText !== undefined && configText !== job.text
  const usesFile = use === 'file' || (use === undefined && !isLocal(record))
  if (config.path !== null && !isEdited && (usesFile || !isLocal(record))) {
    const masked = await onText('mask', await readUserConfig(config.path))
    if (usesFile || masked.text === job.text) {
      return queueJob({ config: { ...config, edited: false }, targets, masked, local: null, fresh }, deps)
    }
    // The file has changed since, so what the job ran with is an edit of the file now.
    isEdited = true
  }
  // This throws where a job folder names a config file that may not be read.
  const place = await readPlaceOf(record, files, {
    ...{ env: deps.env, trust, readUserConfig, reachOf },
    ...(await deps.kometa()),
  })
  const typed = new Map(Object.entries(secrets).map(([number, value]) => [Number(number), value]))
  await requireSecrets(job, typed)
  const whole = await onText('type', configText ?? job.text, typed)
  const masked = await onText('edit', whole, { masks: job.masks, before: job.before }, config.name)
  const local = { masked, place, mayUseEnvironment: !job.withoutEnvironment }
  return queueJob({ config: { ...config, edited: config.edited || isEdited }, targets, masked, local, fresh }, deps)
}

async function requireSecrets(job: ConfigToEdit, typed: ReadonlyMap<number, string>): Promise<void> {
  const missing = (await onText('missing', job.text, job.masks)).filter(({ number }) => !typed.has(number))
  if (missing.length === 0) return
  throw new AppError('SECRETS_GONE', 'the secrets of this preview are no longer kept', {
    hint: 'Type them again. They are sent where the config says.',
    details: missing.map(({ place, addresses }) => [place, ...addresses].join(' for ')),
  })
}
