import type { JobConfig } from '../../config/read/user-config.ts'
import type { JobEvent } from '../../contract/events.ts'
import type { IsolateMode } from '../../kometa/isolation/isolation.ts'
import type { LogLine } from '../../util/job-log.ts'
import type { Renderer } from '../kometas/renderer.ts'
import type { Remembered } from '../reuse/remembered.ts'

/** What a caller (command line, studio, demo) asks of one job. */
export interface JobRequest {
  config: JobConfig
  /** Made if it is not there. */
  jobDir: string
  /** Targets as the user wrote them, beyond those of `config.preview.targets`. */
  specs: readonly string[]
  /** Narrows where `specs` are looked for: a mapping name or a Plex library title. */
  library?: string | undefined
  renderer: Renderer
  /** Ours: workspaces, remembered checks, the client identifier. */
  dataDir: string
  keepWorkspace: boolean
  /** Where the proxy listens; when the port is taken, on a free one. */
  proxyPort?: number | undefined
  /** How many Kometa processes run at once; default: the processor cores. */
  jobs?: number | undefined
  /** False: Kometa sees the whole library (`--no-scope`). */
  scoped: boolean
  /** Write config/preview.yml into the job, so that `run --job` repeats it. */
  writeJobFile: boolean
  /** What earlier jobs have read of Plex; without it the job remembers for itself alone. */
  remembered?: Remembered | undefined
  /** Ask Plex anew, whatever is remembered. */
  fresh?: boolean | undefined
  /** Kometa in a network namespace of its own: `auto` (default) where this system allows it, `on` or not at all. */
  isolate?: IsolateMode | undefined
  /** Milliseconds without output after which the renderer counts as hung. */
  idleTimeoutMs?: number | undefined
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  onEvent(event: JobEvent): void
  /** Every line of the log, scrubbed. */
  onLine(line: LogLine): void
}
