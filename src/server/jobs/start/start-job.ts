import type { StartJobRequest } from '../../../contract/api/api-jobs.ts'
import { AppError } from '../../../contract/errors.ts'
import type { LiveConnection } from '../../connect/connection.ts'
import { hiddenIn } from '../../connect/hidden/hidden-uses.ts'
import type { MaskedConfig } from '../../connect/hidden/mask-config.ts'
import { placeOf } from '../../connect/load-config.ts'
import { readConfigText } from '../../connect/read-config-text.ts'
import { onText } from '../../foreign-text/on-text.ts'
import { RequestProblem } from '../../http/request-problem.ts'
import type { LocalConfig } from '../config/stored-config.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { describeTargets } from './describe-targets.ts'
import { queueJob } from './queue-job.ts'
import type { StartDeps } from './start-deps.ts'

/**
 * Makes a job of the chosen items, and queues it. Throws CONNECTION_CHANGED, CONFIG_CHANGED, TARGET_UNKNOWN, CONFIG_*.
 */
export async function startJob(
  request: StartJobRequest,
  connection: LiveConnection,
  deps: StartDeps,
): Promise<JobRecord> {
  requireSameConnection(request, connection)
  if (!connection.config) throw new AppError('CONFIG_INVALID', 'The connected config cannot be used as it is.')
  const { origin } = connection
  const { name } = connection.reply.source
  const isEdited = request.configText !== undefined && request.configText !== connection.masked.text
  const masked = isEdited
    ? await maskEdit(request.configText ?? '', request.editedRevision, connection)
    : await maskAsItIs(connection)
  const local: LocalConfig | null =
    isEdited || origin.kind === 'text'
      ? { masked, place: placeOf(origin, connection.config), mayUseEnvironment: origin.kind === 'path' }
      : null
  const path = origin.kind === 'path' ? origin.path : null
  const config = { kind: origin.kind, name, path, edited: isEdited }
  const targets = await describeTargets(request.targets, connection)
  return queueJob({ config, targets, masked, local, fresh: request.fresh === true }, deps)
}

function requireSameConnection({ connectionId }: StartJobRequest, { id }: LiveConnection): void {
  if (connectionId === id) return
  throw new RequestProblem(409, 'CONNECTION_CHANGED', 'Another config has been connected in the meantime.', {
    hint: 'Look at Connect, then choose again.',
  })
}

/** `revision` is the revision of the config that the user has edited. */
async function maskEdit(text: string, revision: string | undefined, connection: LiveConnection): Promise<MaskedConfig> {
  const { masked: before, reply } = connection
  const { name } = reply.source
  if ((revision ?? reply.revision) !== reply.revision) {
    throw new RequestProblem(409, 'CONFIG_CHANGED', `${name} has changed since you edited it.`, {
      hint: 'Look at Connect: it shows both.',
    })
  }
  return onText('edit', text, { masks: before.masks, before: hiddenIn(before) }, name)
}

/** A config in a file is read again: the job will use the file as it is now. */
const maskAsItIs = async ({ origin, masked }: LiveConnection): Promise<MaskedConfig> =>
  origin.kind === 'path' ? onText('mask', await readConfigText(origin.path)) : masked
