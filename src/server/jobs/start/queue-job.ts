import type { MaskedConfig } from '../../connect/hidden/mask-config.ts'
import { keepSnapshot, type LocalConfig, targetsOf, writeLocalConfig } from '../config/stored-config.ts'
import { type JobRecord, newRecord } from '../store/studio-job-record.ts'
import { titleOf } from '../view/job-view.ts'
import type { StartDeps } from './start-deps.ts'

export interface NewJob {
  config: JobRecord['config']
  targets: JobRecord['targets']
  masked: MaskedConfig
  /** null: the job uses the config where it is. */
  local: LocalConfig | null
  fresh: boolean
}

/** Makes the folder of a job, and queues the job. A job that cannot be queued leaves no folder and no secrets. */
export async function queueJob({ config, targets, masked, local, fresh }: NewJob, deps: StartDeps): Promise<JobRecord> {
  const { store, runner, trust } = deps
  const { vault } = trust
  const id = store.newId(new Date())
  const title = titleOf(targets.map((target) => target.title))
  const renderer = deps.rendererKind()
  const record = newRecord({ id, title, config, targets, origin: 'studio', renderer, fresh })
  runner.requireRoom()
  try {
    const job = await store.makeFolder(id)
    await keepSnapshot(job, masked)
    if (local) await writeLocalConfig(job, local, targetsOf(record), { vault, keepMs: deps.secretKeepMs() })
    await runner.enqueue(record)
  } catch (error) {
    await vault.forget(store.dirOf(id))
    await store.discardFolder(id)
    throw error
  }
  return store.find(id) ?? record
}
