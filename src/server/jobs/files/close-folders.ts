import { oldSecretStore } from '../../../config/read/environment/secret-files.ts'
import { closeToOthers } from '../../../run/inputs/usable-folder.ts'
import type { JobStore } from '../store/job-store.ts'

/**
 * Brings the job folders of earlier versions up to date: only their owner can open them, and they hold no secrets. Such
 * a job asks for its secrets when it is run again.
 */
export async function closeFolders(store: JobStore, onFailure: (error: unknown) => void): Promise<void> {
  for (const { id } of store.list().filter((record) => store.isOurs(record.id))) {
    try {
      const job = store.filesOf(id)
      await closeToOthers(job.realPath)
      if ((await job.look('config')) !== null) await job.remove(`config/${oldSecretStore}`)
    } catch (error) {
      // One folder that cannot be closed must not stop the others.
      onFailure(error)
    }
  }
}
