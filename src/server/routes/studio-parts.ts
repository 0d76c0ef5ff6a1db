import type { StudioSettings } from '../../contract/api/api-jobs.ts'
import type { Connections } from '../connect/current-connection.ts'
import type { AllowedFolders } from '../connect/folders.ts'
import type { KometaWatch } from '../connect/kometa-state.ts'
import type { EventStreams } from '../http/event-stream.ts'
import type { Sessions } from '../http/session.ts'
import type { JobParts } from '../jobs/open-jobs.ts'
import type { StartDeps } from '../jobs/start/start-deps.ts'
import type { JsonFile } from '../json-file.ts'
import type { IndexStore } from '../library/index-store.ts'
import type { ItemIndex } from '../library/item-index.ts'
import type { ItemQueries } from '../library/query-items.ts'
import type { Thumbnails } from '../pictures/thumbnails.ts'
import type { SavedSets } from '../saved-sets.ts'
import type { StudioEvents } from '../studio-events.ts'

/** What the routes work with: one of each for a studio. */
export interface StudioParts extends JobParts {
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
  start: StartDeps
  streams: EventStreams
  events: StudioEvents
  onFailure(error: unknown): void
}
