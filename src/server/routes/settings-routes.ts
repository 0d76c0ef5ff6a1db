import type { Handlers } from '../http/router.ts'
import { prunableJobs } from '../jobs/store/prune-jobs.ts'
import type { JobRecord } from '../jobs/store/studio-job-record.ts'
import type { StudioParts } from './studio-parts.ts'

type Names = 'getSettings' | 'updateSettings'

/** Clean-up, on the Jobs screen. */
export function settingsRoutes(parts: StudioParts): Handlers<Names> {
  return {
    getSettings: () => describeSettings(parts),
    async updateSettings({ body }) {
      await parts.settings.set(body)
      await parts.start.trust.vault.tidy(parts.start.secretKeepMs())
      return describeSettings(parts)
    },
  }
}

async function describeSettings({ settings, store, thumbnails, indexStore, dataDir, ages }: StudioParts) {
  const records = store.list()
  const ours = records.filter(({ id }) => store.isOurs(id))
  const prunable = prunableJobs(ours, settings.get(), ages.now())
  const sum = (list: readonly JobRecord[]) => list.reduce((total, { bytes }) => total + bytes, 0)
  return {
    settings: settings.get(),
    usage: {
      jobs: records.length,
      jobBytes: sum(records),
      thumbnailBytes: await thumbnails.bytes(),
      indexBytes: await indexStore.bytes(),
      prunable: { jobs: prunable.length, bytes: sum(prunable) },
    },
    dataFolder: dataDir,
  }
}
