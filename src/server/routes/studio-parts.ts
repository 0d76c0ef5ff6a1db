import type { StudioSettings } from '../../contract/api/api-jobs.ts'
import type { Connections } from '../connect/current-connection.ts'
import type { AllowedFolders } from '../connect/folders.ts'
import type { KometaWatch } from '../connect/kometa-state.ts'
import type { EventStreams } from '../http/event-stream.ts'
import type { Sessions } from '../http/session.ts'
import type { ReadSummary } from '../jobs/files/read-summary.ts'
import type { JournalPast } from '../jobs/journal/journal-past.ts'
import type { JobRunner } from '../jobs/runner/job-runner.ts'
import type { StartDeps } from '../jobs/start/start-job.ts'
import type { AgeClock } from '../jobs/store/age-clock.ts'
import type { JobStore } from '../jobs/store/job-store.ts'
import type { Differences } from '../jobs/view/differences.ts'
import type { PictureFinder } from '../jobs/view/job-pictures.ts'
import type { JsonFile } from '../json-file.ts'
import type { IndexStore } from '../library/index-store.ts'
import type { ItemIndex } from '../library/item-index.ts'
import type { ItemQueries } from '../library/query-items.ts'
import type { Thumbnails } from '../pictures/thumbnails.ts'
import type { SavedSets } from '../saved-sets.ts'
import type { StudioEvents } from '../studio-events.ts'

/** What the routes work with: one of each for a studio. */
export interface StudioParts {
  version: string
  demo: boolean
  dataDir: string
  sessions: Sessions
  folders: AllowedFolders
  kometa: KometaWatch
  connections: Connections
  index: ItemIndex
  indexStore: IndexStore
  queries: ItemQueries
  thumbnails: Thumbnails
  sets: SavedSets
  settings: JsonFile<StudioSettings>
  store: JobStore
  runner: JobRunner
  past: JournalPast
  start: StartDeps
  readSummary: ReadSummary
  pictures: PictureFinder
  differences: Differences
  streams: EventStreams
  events: StudioEvents
  /** Removes the jobs that the settings say; answers with their ids. */
  prune(): Promise<{ removed: string[]; bytes: number }>
  /** What the ages of jobs are measured by. */
  ages: AgeClock
  onFailure(error: unknown): void
}
