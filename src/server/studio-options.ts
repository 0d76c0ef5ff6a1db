import type { IsolateMode } from '../kometa/isolation/isolation.ts'
import type { MakeRenderer } from './connect/kometa-state.ts'

export interface StudioOptions {
  /** Default 127.0.0.1. Any address but loopback needs `password`. */
  host?: string
  /** 0: any free port. */
  port: number
  /** Our own folder for jobs, index, thumbnails and settings. */
  dataDir: string
  password?: string | undefined
  /** Folders that configs may be chosen from. */
  allowedFolders: readonly string[]
  /** Names, besides the usual ones, under which a browser may ask for the studio. */
  allowedHosts?: readonly string[]
  /** Finds the user's Kometa, or the demo's stand-in. */
  makeRenderer: MakeRenderer
  /** Whether every job's Kometa runs in a network namespace of its own. Default: where this system allows it. */
  isolate?: IsolateMode
  env: NodeJS.ProcessEnv
  version: string
  /** Job folders outside the data folder, made with `run --out`, that the studio shows too. */
  jobFolders?: readonly string[]
  /** A config that is connected before any window asks. */
  configPath?: string | undefined
  demo?: boolean
  /** The built web application; by default the one beside our own code. */
  webDir?: string
  /** Checks every reply against its schema; for tests. */
  checkReplies?: boolean
  /** Gets the errors that no request is told about. `scrub` takes secrets out of their words. */
  onFailure?: (error: unknown, scrub: (text: string) => string) => void
}
