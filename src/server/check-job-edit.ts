import { join } from 'node:path'
import type { ConfigCheck } from '../contract/api-connect.ts'
import { checkEdit } from './connect/check-edit.ts'
import { envOf } from './connect/load-config.ts'
import { readMasks, readPlaceOf } from './jobs/job-config.ts'
import type { JobRecord } from './jobs/job-record.ts'
import type { StudioParts } from './routes/context.ts'

/** What an edit of an earlier job's config would mean. */
export async function checkJobEdit(record: JobRecord, text: string, parts: StudioParts): Promise<ConfigCheck> {
  const job = parts.store.filesOf(record.id)
  const connection = parts.connections.current()
  const env = envOf({ kind: record.config.kind === 'text' ? 'text' : 'path' }, parts.start.env)
  const kometa = await parts.start.kometa().catch(() => ({ kometaDir: null }))
  return checkEdit(
    {
      text,
      masks: await readMasks(record, job, parts.start.readUserConfig),
      name: record.config.name,
      place: await readPlaceOf(record, job, { env, ...kometa }),
    },
    {
      env,
      ...kometa,
      needsTmdb: parts.start.rendererKind() === 'kometa',
      privateDir: join(parts.dataDir, 'studio', 'configs'),
      servers: connection?.servers ?? [],
      scrub: (message) => connection?.scrub(message) ?? message,
    },
  )
}
