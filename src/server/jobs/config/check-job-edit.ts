import { join } from 'node:path'
import type { ConfigCheck } from '../../../contract/api/api-connect.ts'
import { checkEdit } from '../../connect/check-edit.ts'
import type { StudioParts } from '../../routes/studio-parts.ts'
import type { JobRecord } from '../store/studio-job-record.ts'
import { readConfigToEdit } from './config-to-edit.ts'
import { readPlaceOf } from './stored-config.ts'

/** Checks an edit of an earlier job's config. */
export async function checkJobEdit(record: JobRecord, text: string, parts: StudioParts): Promise<ConfigCheck> {
  const job = parts.store.filesOf(record.id)
  const connection = parts.connections.current()
  const { env, trust, readUserConfig, reachOf } = parts.start
  const kometa = await parts.start.kometa().catch(() => ({ kometaDir: null }))
  const { masks, before, withoutEnvironment } = await readConfigToEdit(record, job, {
    vault: trust.vault,
    readUserConfig,
  })
  const place = await readPlaceOf(record, job, { env, trust, readUserConfig, reachOf, ...kometa })
  return checkEdit(
    { text, masks, before, withoutEnvironment, name: record.config.name, place },
    {
      env,
      reachOf,
      ...kometa,
      needsTmdb: parts.start.rendererKind() === 'kometa',
      privateDir: join(parts.dataDir, 'studio', 'configs'),
      servers: connection?.servers ?? [],
      scrub: (message) => connection?.scrub(message) ?? message,
    },
  )
}
