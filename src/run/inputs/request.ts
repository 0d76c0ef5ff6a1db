import type { JobConfig } from '../../config/read/user-config.ts'
import type { JobEvent } from '../../contract/events.ts'
import type { IsolateMode } from '../../kometa/isolation/isolation.ts'
import type { LogLine } from '../../util/job-log.ts'
import type { Renderer } from '../kometas/renderer.ts'
import type { Remembered } from '../reuse/remembered.ts'

/** What a caller (command line, studio, demo) asks of one job. */
export interface JobRequest {
  config: JobConfig
  /** It is made if it does not exist. */
  jobDir: string
  /** Targets as the user wrote them, beyond those of `config.preview.targets`. */
  specs: readonly string[]
  /** Narrows where `specs` are looked for: a mapping name or a Plex library title. */
  library?: string | undefined
  renderer: Renderer
  /** Our own data folder: workspaces, remembered checks, the client identifier. */
  dataDir: string
  keepWorkspace: boolean
  /** The proxy's port. If it is taken, the proxy listens on a free one. */
  proxyPort?: number | undefined
  /** How many Kometa processes run at once; default: the processor cores. */
  jobs?: number | undefined
  /** False: Kometa sees the whole library (`--no-scope`). */
  scoped: boolean
  /** Write config/preview.yml into the job, so that `run --job` can repeat it. */
  writeJobFile: boolean
  /** What earlier jobs read from Plex. Without it, the job has a memory of its own that ends with it. */
  remembered?: Remembered | undefined
  /** Ask Plex again for everything that is remembered. */
  fresh?: boolean | undefined
  /** A network namespace for Kometa: `auto` (the default) if this system allows it, `on` or no job, `off`. */
  isolate?: IsolateMode | undefined
  /** Milliseconds without output after which the renderer counts as hung. */
  idleTimeoutMs?: number | undefined
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  onEvent(event: JobEvent): void
  /** Every line of the log, scrubbed. */
  onLine(line: LogLine): void
}
